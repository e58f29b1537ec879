"""Counts what Discord's API answers, also what discord.py waits for and asks again without telling anybody."""

from types import SimpleNamespace

import aiohttp

from bot.metrics import Metrics


def counting(metrics: Metrics) -> aiohttp.TraceConfig:
    """For `discord.Client(http_trace=…)`."""

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        metrics.http_status(params.response.status)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace
