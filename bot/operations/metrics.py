"""Metrics for Prometheus: queue length, waiting and rendering times, edits and errors.

Labels take few values: states, outcomes, status codes, the host's models, size classes. People, servers and prompts are
never labels. Imports neither Discord nor the store; callers report what happens.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.jobs.job import Job, JobState
from bot.operations.loop_lag import LoopLag
from guidance.request.request import Request

WAITS_S: Final = (1, 3, 10, 30, 60, 180, 600, 1800, 3600)
RENDERS_S: Final = (1, 3, 10, 20, 30, 60, 120, 300, 600)
STEPS_S: Final = (0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3, 10)
DELAYS_S: Final = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1)
SIDES: Final = (128, 256, 512, 1024, 2048)
"""Size classes: a picture belongs to the smallest square with at least as many pixels."""
MODELS: Final = 8
"""Maximum number of models with their own label; further ones are "other", because a stored job can name any model."""


class DeviceState(Protocol):
    """A device: its name, what it runs, if anything, and whether it takes jobs."""

    @property
    def device(self) -> str: ...  # noqa: D102

    @property
    def running(self) -> object | None: ...  # noqa: D102

    @property
    def available(self) -> bool: ...  # noqa: D102


class Metrics:
    """The metrics of one bot, in their own registry."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._queue = Gauge("imagine_queue", "Unfinished jobs", ["state"], registry=registry)
        self._wait = Histogram("imagine_wait_seconds", "Time from request to start", buckets=WAITS_S, registry=registry)
        self._render = Histogram("imagine_render_seconds", "Rendering time", buckets=RENDERS_S, registry=registry)
        self._step = Histogram(
            "imagine_step_seconds", "Time per step", ["model", "size", "device"], buckets=STEPS_S, registry=registry
        )
        self._jobs = Counter("imagine_jobs", "Ended jobs", ["outcome"], registry=registry)
        for outcome in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
            self._jobs.labels(outcome)  # exported as 0 before the first
        self._edits = Counter("imagine_edits", "Messages sent or edited", registry=registry)
        self._http = Counter(
            "imagine_discord_http_errors",
            "Responses of Discord's API with status 400 or higher",
            ["status"],
            registry=registry,
        )
        self._restarts = Counter("imagine_engine_restarts", "Restarts of the engine", ["device"], registry=registry)
        self._available = Gauge("imagine_device_available", "1 if the device takes jobs", ["device"], registry=registry)
        self._busy = Gauge("imagine_device_busy", "1 while the device runs a job", ["device"], registry=registry)
        self._servers: Callable[[], Sequence[DeviceState]] = tuple
        self._connected = Gauge("imagine_connected", "1 while Discord is connected", registry=registry)
        self._lag = Histogram("imagine_loop_lag_seconds", "Lag of the event loop", buckets=DELAYS_S, registry=registry)
        lag_p99 = Gauge(
            "imagine_loop_lag_p99_seconds", "99th percentile of the lag in the last minute", registry=registry
        )
        self.loop_lag = LoopLag(self._lag.observe)
        lag_p99.set_function(lambda: self.loop_lag.quantile(0.99))
        self._models: set[str] = set()

    def job_started(self, job: Job) -> None:
        """A job has started. Restarts after a crash do not count as waiting."""
        if job.started_at is not None and not job.attempts:
            self._wait.observe(max(0.0, job.started_at - job.created_at))

    def job_ended(self, job: Job) -> None:
        """A job is done, failed or cancelled."""
        self._jobs.labels(job.state).inc()
        if job.seconds is not None:
            self._render.observe(job.seconds)
            if job.steps:
                self._step.labels(self._model(job.request), _size(job.request), job.device or "").observe(
                    job.seconds / job.steps
                )

    def edited(self) -> None:
        """A message was sent or edited."""
        self._edits.inc()

    def http_status(self, code: int) -> None:
        """Discord's API has responded. Statuses below 400 are not counted."""
        if code >= 400:
            self._http.labels(str(code)).inc()

    def engine_restarted(self, device: str) -> None:
        """The engine of a device was started again after a crash or a kill."""
        self._restarts.labels(device).inc()

    def set_servers(self, servers: Callable[[], Sequence[DeviceState]]) -> None:
        """Sets the function that lists the devices; it is called at each scrape."""
        self._servers = servers
        for server in servers():
            self._restarts.labels(server.device)  # exported as 0 before the first

    def set_queue(self, counts: Mapping[str, int]) -> None:
        """Replaces the number of unfinished jobs by state."""
        self._queue.clear()
        for state, count in counts.items():
            self._queue.labels(state).set(count)

    def set_connected(self, connected: Callable[[], bool]) -> None:
        """Sets the function that says whether Discord is connected; it is called at each scrape."""
        self._connected.set_function(connected)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        for server in self._servers():
            self._available.labels(server.device).set(server.available)
            self._busy.labels(server.device).set(server.running is not None)
        return generate_latest(self._registry)

    def _model(self, request: Request) -> str:
        if request.model not in self._models and len(self._models) >= MODELS:
            return "other"
        self._models.add(request.model)
        return request.model


def _size(request: Request) -> str:
    return str(next((side for side in SIDES if request.width * request.height <= side**2), "larger"))
