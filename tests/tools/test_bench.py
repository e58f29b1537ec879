"""The benchmark's measurements are correct; no test depends on the speed of the machine."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from guidance.canvas.autoencoder import load_autoencoder
from guidance.canvas.denoiser import load_denoiser
from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from tests.guidance.canvas_models import autoencoder, denoiser
from tools.bench import baselines, canvases, scaling, subjects, timing
from tools.bench.calls import calls

CPU = torch.device("cpu")


class LoadedClock:
    """A clock that work moves forward; from the tenth piece of work on twice as far, as under other load."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[float] = []

    def work(self, seconds: float) -> None:
        """Takes `seconds` without other load."""
        self.now += seconds * (2 if len(self.done) >= 9 else 1)
        self.done.append(seconds)


def test_a_ratio_of_alternating_measurements_does_not_depend_on_other_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = LoadedClock()
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    pair = timing.pairs(lambda: clock.work(1.0), lambda: clock.work(3.0), 5, CPU)
    assert clock.done == [1.0, 3.0] * 7
    # The ratio of the medians would be 6.
    assert (pair.first, pair.second, pair.ratio) == (1.0, 6.0, 3.0)


def test_the_limit_passes_every_tower_once_on_batches_of_its_own_size(
    pair: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    for perceptor in pair.perceptors:
        encode = perceptor.network.encode_image

        def recorded(batch: torch.Tensor, encode: object = encode) -> torch.Tensor:
            batches.append(
                (tuple(batch.shape), batch.requires_grad, batch.is_contiguous(memory_format=torch.channels_last))
            )
            return encode(batch)  # type: ignore[operator,no-any-return]

        monkeypatch.setattr(perceptor.network, "encode_image", recorded)
    subjects.limit(pair, 3)()
    assert batches == [((3, 3, 64, 64), True, True), ((3, 3, 32, 32), True, True)]


def test_the_limit_of_a_canvas_passes_its_model_once_forward_and_backward_at_the_step_s_size(
    pair: ClipModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"latent": autoencoder(tmp_path / "a"), "diffusion": denoiser(tmp_path / "b")}
    for canvas, name in names.items():
        request = canvases.request_for(pair, 64, 2, canvas, name)
        network = (load_autoencoder(name) if canvas == "latent" else load_denoiser(name)).network
        inner = network.decoder if canvas == "latent" else network
        shapes: list[tuple[int, ...]] = []
        inner.register_forward_hook(lambda module, given, made, shapes=shapes: shapes.append(tuple(given[0].shape)))
        subjects.stepper(pair, request)()
        canvases.limit(pair, request)()
        assert len(shapes) == 2
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("loop", [baselines.per_crop, baselines.per_level])
def test_a_baseline_loop_runs_and_does_not_change_the_model(tiny: Perceptor, loop: object) -> None:
    model = ClipModel("tiny", [tiny], CPU)
    before = {name: value.clone() for name, value in tiny.network.state_dict().items()}
    step = loop(model, 64, 2)  # type: ignore[operator]
    step()
    step()
    assert all(torch.equal(value, before[name]) for name, value in tiny.network.state_dict().items())
    assert not any(parameter.requires_grad for parameter in tiny.network.parameters())


def test_only_calls_that_run_a_kernel_are_counted() -> None:
    tensor, wanted = torch.ones(2, 3), torch.ones(2, 3, requires_grad=True)
    assert calls(lambda: tensor.T[1:].view(-1, 1, 2)) == 0
    assert calls(lambda: tensor.T.reshape(6)) == 1  # a copy, since it is transposed
    assert calls(lambda: tensor.add_(1).sum()) == 2
    assert calls(lambda: torch.autograd.grad((wanted * 2).sum(), wanted)) == 4  # ×, Σ; a one to begin with, ×


def test_memory_does_not_grow_with_the_number_of_steps() -> None:
    # A step keeps about 50 MiB for its gradient, so twelve steps would exceed the limit.
    taken = scaling.main(["pocket"], 96, 2, 2, "cpu")
    assert taken[f"mib_{scaling.MANY}_steps"] < taken[f"mib_{scaling.FEW}_steps"] + 100
