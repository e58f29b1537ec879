"""The benchmark measures what it says. How fast anything is, is for the benchmark alone to say."""

from types import SimpleNamespace

import pytest
import torch

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from tools.bench import baselines, scaling, subjects, timing
from tools.bench.calls import calls

CPU = torch.device("cpu")


class ManualClock:
    """Time passes where work is done: twice as much from the tenth piece on, when the machine has a busy neighbour."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[float] = []

    def work(self, seconds: float) -> None:
        """As long as it takes without the neighbour."""
        self.now += seconds * (2 if len(self.done) >= 9 else 1)
        self.done.append(seconds)


def test_a_ratio_is_that_of_work_measured_in_turn_which_a_busy_neighbour_does_not_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand = ManualClock()
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: hand.now))
    pair = timing.pairs(lambda: hand.work(1.0), lambda: hand.work(3.0), 5, CPU)
    assert hand.done == [1.0, 3.0] * 7
    # The ratio of the medians would be 6.
    assert (pair.first, pair.second, pair.ratio) == (1.0, 6.0, 3.0)


def test_the_limit_passes_every_tower_once_on_batches_of_its_own_size(
    pair: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    for perceptor in pair.perceptors:
        encode = perceptor.network.encode_image

        def trace_config(batch: torch.Tensor, encode: object = encode) -> torch.Tensor:
            batches.append(
                (tuple(batch.shape), batch.requires_grad, batch.is_contiguous(memory_format=torch.channels_last))
            )
            return encode(batch)  # type: ignore[operator,no-any-return]

        monkeypatch.setattr(perceptor.network, "encode_image", trace_config)
    subjects.limit(pair, 3)()
    assert batches == [((3, 3, 64, 64), True, True), ((3, 3, 32, 32), True, True)]


@pytest.mark.parametrize("loop", [baselines.per_crop, baselines.per_level])
def test_an_earlier_loop_runs_and_leaves_the_model_as_it_was(tiny: Perceptor, loop: object) -> None:
    model = ClipModel("tiny", [tiny], CPU)
    before = {name: value.clone() for name, value in tiny.network.state_dict().items()}
    step = loop(model, 64, 2)  # type: ignore[operator]
    step()
    step()
    assert all(torch.equal(value, before[name]) for name, value in tiny.network.state_dict().items())
    assert not any(parameter.requires_grad for parameter in tiny.network.parameters())


def test_calls_are_counted_where_they_ask_the_device_for_something() -> None:
    kept, wanted = torch.ones(2, 3), torch.ones(2, 3, requires_grad=True)
    assert calls(lambda: kept.T[1:].view(-1, 1, 2)) == 0
    assert calls(lambda: kept.T.reshape(6)) == 1  # a copy: it lies crosswise
    assert calls(lambda: kept.add_(1).sum()) == 2
    assert calls(lambda: torch.autograd.grad((wanted * 2).sum(), wanted)) == 4  # ×, Σ; a one to begin with, ×


def test_memory_does_not_grow_with_the_number_of_steps() -> None:
    # What one step keeps for its gradient is some 50 MiB: twelve more would show.
    taken = scaling.main(["pocket"], 96, 2, 2, "cpu")
    assert taken[f"mib_{scaling.MANY}_steps"] < taken[f"mib_{scaling.FEW}_steps"] + 100
