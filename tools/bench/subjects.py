"""What the benchmark measures: models by name, steps of a run, and the limit.

Speed does not depend on the weights, so models other than pocket have random weights and need no download.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace

import open_clip
import torch

from guidance.clip.model import ClipModel, pick_device, prepare, quiet
from guidance.clip.open_clip_source import POCKET
from guidance.clip.perceptor import Perceptor
from guidance.device.cuda_graphs import graph_capture_for
from guidance.optimize.loop import render
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.request import Request


def loaded(names: Sequence[str], device: str, precision: str = "auto", *, bare: bool = False) -> ClipModel:
    """A model of one or several architectures; `bare` keeps open_clip's image towers, with unfused normalisations."""
    torch_device = pick_device(device)
    prepare(torch_device)
    perceptors = []
    for name in names:
        with torch.random.fork_rng(), quiet():
            torch.manual_seed(0)
            architecture = f"local-dir:{POCKET}" if name == DEFAULT_MODEL else name
            network = open_clip.create_model(architecture, require_pretrained=name == DEFAULT_MODEL)
        tower = copy.deepcopy(network.visual) if bare else None
        perceptor = Perceptor(name, 1.0, network, open_clip.get_tokenizer(architecture), torch_device)
        if tower is not None:
            given = tower.to(torch_device).float().to(memory_format=torch.channels_last).eval().requires_grad_(False)
            perceptor.network.visual = given
        perceptor.set_precision(precision)
        perceptors.append(perceptor)
    return ClipModel(" + ".join(names), perceptors, torch_device, None if bare else graph_capture_for(torch_device))


def request_for(model: ClipModel, size: int, views: int, **changes: object) -> Request:
    """The default settings on a square canvas, with more steps than a measurement takes."""
    request = Request.resolve("a lighthouse in a storm", seed=1, model=model.name, width=size, height=size, steps=2000)
    return replace(request, views=views, **changes)  # type: ignore[arg-type]


def stepper(model: ClipModel, request: Request) -> Callable[[], object]:
    """A function that makes the next step of a run at each call, without a preview."""
    steps = render(request, model)
    return steps.__next__


def limit(model: ClipModel, views: int) -> Callable[[], None]:
    """A function that makes one forward and one backward pass of every image tower, on prepared batches."""
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
