"""Perceptor: one frozen open_clip network. It encodes texts and views, and gives gradients on views."""

import copy
from collections.abc import Callable, Sequence
from typing import Final

import open_clip
import torch
from torch import Tensor

from guidance.clip.bn_fusion import fuse_batch_norms
from guidance.clip.layout import Layouts
from guidance.clip.long_texts import Tokenizer, parts_of
from guidance.clip.mixture import Vocabulary
from guidance.clip.regions import install_pool
from guidance.io.model_error import ModelError
from guidance.request.messages import Message

CACHED_TEXTS: Final = 1024
HALF: Final = ("float16", "bfloat16")
PRECISIONS: Final = ("auto", "float32", *HALF)
EXACT_ENOUGH: Final = 0.99
"""Least cosine to the float32 gradient for half precision; two batches of views differ by far more."""


class Perceptor:
    """A network on one device.

    Args:
        name: As in a Request.
        weight: Its weight in an ensemble.
        network: An open_clip model; frozen and moved to the device here.
        tokenizer: The network's tokenizer.
        device: Where the network runs.
        layouts: Of what its texts say, if they were learnt for it.

    Raises:
        ModelError: The network sees pictures that are not square.

    Attributes:
        name, weight, device, layouts: As given.
        vocabulary: What its texts are mixtures of; None without layouts.
        image_size: Side of a view in pixels.
        network: The frozen open_clip model, its batch normalisations fused.
        scale: The logit scale learnt in training: the factor of cosines before a softmax over texts.
        precision: Of the image tower. Texts are always encoded in float32.
    """

    def __init__(
        self,
        name: str,
        weight: float,
        network: open_clip.CLIP,
        tokenizer: Tokenizer,
        device: torch.device,
        layouts: Layouts | None = None,
    ) -> None:
        preprocessing = open_clip.get_model_preprocess_cfg(network)
        self.name = name
        self.weight = weight
        self.layouts = layouts
        self.image_size = _side(name, preprocessing["size"])
        self.precision = torch.float32
        self.network = network.to(device).float().to(memory_format=torch.channels_last).eval().requires_grad_(False)
        example = torch.rand(1, 3, self.image_size, self.image_size, generator=torch.Generator().manual_seed(0))
        self.network.visual = fuse_batch_norms(self.network.visual, example.to(device))
        self._pool = install_pool(self.network.visual)
        self.scale = float(self.network.logit_scale.exp())
        self.vocabulary = None if layouts is None else Vocabulary.of(layouts.directions, self.network.text_projection)
        self._tokenizer = tokenizer
        self.device = device
        # A configuration may have one number for all three channels.
        mean, std = (
            torch.tensor(preprocessing[name], device=device, dtype=torch.float32).expand(3).view(1, 3, 1, 1)
            for name in ("mean", "std")
        )
        self._scale, self._shift = 1 / std, -mean / std
        self._texts: dict[str, Tensor] = {}

    def set_precision(self, precision: str) -> None:
        """Converts the image tower to one of PRECISIONS.

        "auto" on a GPU is float16 if `gradient_cosine` is at least EXACT_ENOUGH, else float32. "auto" on a CPU is
        float32: float16 is several times slower there, and bfloat16 is not exact enough.
        """
        if precision == "float32" or (precision == "auto" and self.device.type == "cpu"):
            return
        if precision == "auto" and self.gradient_cosine("float16") < EXACT_ENOUGH:
            return
        self.precision = torch.float16 if precision == "auto" else getattr(torch, precision)
        self.network.visual.to(self.precision)

    def gradient_cosine(self, precision: str) -> float:
        """Cosine between the gradients in float32 and in one of HALF, for fixed views; 0 if not finite."""
        exact, tower = self._probe(), self.network.visual
        try:
            self.precision = getattr(torch, precision)
            self.network.visual = copy.deepcopy(tower).to(self.precision)
            gradient = self._probe()
        finally:
            self.network.visual, self.precision = tower, torch.float32
        if not bool(torch.isfinite(gradient).all()):
            return 0.0
        return float(torch.cosine_similarity(gradient.flatten(), exact.flatten(), dim=0))

    @torch.no_grad()
    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """N texts to (N, D), float32, unit length. Encoded texts are cached.

        A text that is longer than the network reads is encoded in parts of about the same length; the result is their
        mean, so that every word counts.
        """
        if len(self._texts) + len(texts) > CACHED_TEXTS:
            self._texts.clear()
        if new := [text for text in dict.fromkeys(texts) if text not in self._texts]:
            parts = [self.parts(text) for text in new]
            tokens = self._tokenizer([part for several in parts for part in several]).to(self.device)
            encoded = torch.split(_unit(self.network.encode_text(tokens)), [len(several) for several in parts])
            means = torch.stack([part[0] if len(part) == 1 else _unit(part.mean(dim=0)) for part in encoded])
            self._texts.update(zip(new, means, strict=True))
        return torch.stack([self._texts[text] for text in texts])

    def parts(self, text: str) -> list[str]:
        """The text in parts that the network reads as a whole; see `guidance.clip.long_texts`."""
        return parts_of(text, self._tokenizer)

    @property
    def sees_regions(self) -> bool:
        """Whether `encode_image` takes masks; see `guidance.clip.regions`."""
        return self._pool is not None

    def encode_image(self, views: Tensor, masks: Tensor | None = None) -> Tensor:
        """Encodes views; differentiable.

        Args:
            views: (V, 3, image_size, image_size) in [0, 1].
            masks: (V, R, image_size, image_size) in [0, 1], R regions of each view; only if `sees_regions`.

        Returns:
            (V, D), or with masks (V, R, D), float32, unit length.
        """
        normal = torch.addcmul(self._shift, views, self._scale).to(self.precision)
        normal = normal.contiguous(memory_format=torch.channels_last)
        if masks is None or self._pool is None:
            return _unit(self.network.encode_image(normal))
        self._pool.masks = masks
        try:
            return _unit(self.network.encode_image(normal)).view(*masks.shape[:2], -1)
        finally:
            self._pool.masks = None

    def gradient(
        self, views: Tensor, objective: Callable[[Tensor], Tensor], masks: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """One forward and one backward pass.

        Args:
            views: As for `encode_image`; their own graph is not used.
            objective: Maps the embeddings to a scalar.
            masks: As for `encode_image`.

        Returns:
            The embeddings, as from `encode_image`, and the gradient of the objective with respect to the views,
            float32.
        """
        leaf = views.detach().requires_grad_()
        encoded = self.encode_image(leaf, masks)
        embeddings = encoded.detach().requires_grad_()
        (outer,) = torch.autograd.grad(objective(embeddings), embeddings)
        if self.precision == torch.float32:
            return embeddings.detach(), torch.autograd.grad(encoded, leaf, outer)[0]
        # Half precision has a narrow range, so the gradient is scaled to a maximum of 1 while it passes the tower.
        scale = outer.abs().amax().clamp_min(1e-20)
        (gradient,) = torch.autograd.grad(encoded, leaf, outer / scale)
        return embeddings.detach(), gradient.float() * scale

    def _probe(self) -> Tensor:
        """The gradient for fixed views: soft shapes with some noise, like those of a run at half its steps."""
        source = torch.Generator().manual_seed(0)
        coarse = torch.rand(4, 3, 8, 8, generator=source)
        views = torch.nn.functional.interpolate(coarse, size=self.image_size, mode="bicubic", align_corners=False)
        views = views + 0.1 * torch.randn(views.shape, generator=source)
        views = views.to(self.device).contiguous(memory_format=torch.channels_last)
        target = self.encode_text(["a photograph"])[0]
        return self.gradient(views, lambda embeddings: -(embeddings @ target).mean())[1]


def _unit(vectors: Tensor) -> Tensor:
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def _side(name: str, size: int | Sequence[int]) -> int:
    """The side of the square pictures that a network sees."""
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) > 1:
        raise ModelError(Message("model-not-square", model=name, size="x".join(map(str, size))))  # type: ignore[arg-type]
    return sides.pop()
