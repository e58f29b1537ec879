"""Counts what Discord's API answers, also what discord.py waits for and asks again without telling anybody."""

from types import SimpleNamespace

import aiohttp

from bot.operations.metrics import Metrics


def trace_config(metrics: Metrics) -> aiohttp.TraceConfig:
    """For `discord.Client(http_trace=…)`."""

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        metrics.http_status(params.response.status)

    config = aiohttp.TraceConfig()
    config.on_request_end.append(ended)
    return config
