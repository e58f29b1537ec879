"""Numbers for Prometheus: what waits, for how long, how fast, and what goes wrong.

A label takes few values only: states, outcomes, status codes, the host's models, classes of size. Never a person, a
server or a prompt. Knows neither Discord nor the store: others tell it what happened.
"""

from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.jobs.job import Job, JobState
from bot.operations.loop_lag import LoopLag
from guidance.request.request import Request

WAITS_S: Final = (1, 3, 10, 30, 60, 180, 600, 1800, 3600)
RENDERS_S: Final = (1, 3, 10, 20, 30, 60, 120, 300, 600)
STEPS_S: Final = (0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3, 10)
DELAYS_S: Final = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1)
SIDES: Final = (128, 256, 512, 1024, 2048)
"""Classes of size: a picture belongs to the smallest square that has as many pixels."""
MODELS: Final = 8
"""Models that get a label of their own; a host has one or two, and a row in the store may name any."""


class Metrics:
    """The numbers of one bot, in a registry of its own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._queue = Gauge("imagine_queue", "Jobs under way", ["state"], registry=registry)
        self._wait = Histogram("imagine_wait_seconds", "From asking to starting", buckets=WAITS_S, registry=registry)
        self._render = Histogram("imagine_render_seconds", "Of rendering", buckets=RENDERS_S, registry=registry)
        self._step = Histogram(
            "imagine_step_seconds", "Of one step", ["model", "size"], buckets=STEPS_S, registry=registry
        )
        self._jobs = Counter("imagine_jobs", "Jobs that came to their end", ["outcome"], registry=registry)
        for outcome in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
            self._jobs.labels(outcome)  # 0 until the first, where PromQL would know nothing of it
        self._edits = Counter("imagine_edits", "Messages sent or edited", registry=registry)
        self._http = Counter(
            "imagine_discord_http_errors", "Answers of Discord's API from 400 on", ["status"], registry=registry
        )
        self._restarts = Counter("imagine_engine_restarts", "Starts of the engine but the first", registry=registry)
        self._connected = Gauge("imagine_connected", "1 while Discord is connected", registry=registry)
        self._late = Histogram(
            "imagine_loop_lag_seconds", "How late the event loop is", buckets=DELAYS_S, registry=registry
        )
        late_p99 = Gauge(
            "imagine_loop_lag_p99_seconds", "Of the last minute, 99th percentile of the same", registry=registry
        )
        self.loop_lag = LoopLag(self._late.observe)
        late_p99.set_function(lambda: self.loop_lag.quantile(0.99))
        self._models: set[str] = set()

    def job_started(self, job: Job) -> None:
        """A job was taken from the queue. Its way back there after a crash was no waiting."""
        if job.started_at is not None and not job.attempts:
            self._wait.observe(max(0.0, job.started_at - job.created_at))

    def job_ended(self, job: Job) -> None:
        """A job is done, failed or cancelled."""
        self._jobs.labels(job.state).inc()
        if job.seconds is not None:
            self._render.observe(job.seconds)
            if job.steps:
                self._step.labels(self._model(job.request), _size(job.request)).observe(job.seconds / job.steps)

    def edited(self) -> None:
        """A message was sent or edited."""
        self._edits.inc()

    def http_status(self, code: int) -> None:
        """Discord's API answered; what went well is not counted."""
        if code >= 400:
            self._http.labels(str(code)).inc()

    def engine_restarted(self) -> None:
        """The engine died, or was killed, and was started again."""
        self._restarts.inc()

    def queue(self, counts: Mapping[str, int]) -> None:
        """So many jobs are in these states, and none in others."""
        self._queue.clear()
        for state, count in counts.items():
            self._queue.labels(state).set(count)

    def watch(self, connected: Callable[[], bool]) -> None:
        """Where to look whether Discord is connected."""
        self._connected.set_function(connected)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _model(self, request: Request) -> str:
        if request.model not in self._models and len(self._models) >= MODELS:
            return "other"
        self._models.add(request.model)
        return request.model


def _size(request: Request) -> str:
    return str(next((side for side in SIDES if request.width * request.height <= side**2), "larger"))
