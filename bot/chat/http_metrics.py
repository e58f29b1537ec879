"""Counts the HTTP statuses of Discord's API, including the rate limits that discord.py retries without a log line."""

from types import SimpleNamespace

import aiohttp

from bot.operations.metrics import Metrics


def trace_config(metrics: Metrics) -> aiohttp.TraceConfig:
    """For `discord.Client(http_trace=…)`."""

    async def count(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        metrics.http_status(params.response.status)

    config = aiohttp.TraceConfig()
    config.on_request_end.append(count)
    return config
