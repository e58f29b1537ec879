"""What is measured: models by name, and the loop around them.

Speed does not depend on the weights, so models other than pocket are initialised at random and need no download.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace

import open_clip
import torch

from guidance.clip.model import POCKET, ClipModel, pick_device, prepare, quiet
from guidance.clip.perceptor import Perceptor
from guidance.device.cuda_graphs import graph_capture_for
from guidance.optimize.loop import render
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.request import Request


def loaded(names: Sequence[str], device: str, precision: str = "auto", *, bare: bool = False) -> ClipModel:
    """A model of one or several architectures; `bare` with image towers as open_clip gives them, only frozen."""
    place = pick_device(device)
    prepare(place)
    perceptors = []
    for name in names:
        with torch.random.fork_rng(), quiet():
            torch.manual_seed(0)
            architecture = f"local-dir:{POCKET}" if name == DEFAULT_MODEL else name
            network = open_clip.create_model(architecture, require_pretrained=name == DEFAULT_MODEL)
        tower = copy.deepcopy(network.visual) if bare else None
        perceptor = Perceptor(name, 1.0, network, open_clip.get_tokenizer(architecture), place)
        if tower is not None:
            given = tower.to(place).float().to(memory_format=torch.channels_last).eval().requires_grad_(False)
            perceptor.network.visual = given
        perceptor.set_precision(precision)
        perceptors.append(perceptor)
    return ClipModel(" + ".join(names), perceptors, place, None if bare else graph_capture_for(place))


def request_for(model: ClipModel, size: int, views: int, **changes: object) -> Request:
    """The default settings on a square canvas, with a schedule that a measurement does not reach the end of."""
    request = Request.resolve("a lighthouse in a storm", seed=1, model=model.name, width=size, height=size, steps=2000)
    return replace(request, views=views, **changes)  # type: ignore[arg-type]


def stepper(model: ClipModel, request: Request) -> Callable[[], object]:
    """Makes one more step of a run at each call, as `render` does for its users; no preview is asked for."""
    steps = render(request, model)
    return steps.__next__


def limit(model: ClipModel, views: int) -> Callable[[], None]:
    """One forward and one backward pass to the input of every frozen image tower, on batches that are ready."""
    batches = []
    for perceptor in model.perceptors:
        shape = (views, 3, perceptor.image_size, perceptor.image_size)
        batch = torch.rand(shape, device=model.device).to(perceptor.precision)
        batches.append(batch.contiguous(memory_format=torch.channels_last).requires_grad_())

    def once() -> None:
        for perceptor, batch in zip(model.perceptors, batches, strict=True):
            embeddings = perceptor.network.encode_image(batch)
            torch.autograd.grad(embeddings, batch, torch.ones_like(embeddings))

    return once
