"""Trains the text tower to map captions to their target directions."""

import math
import random
import time
from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor

from tools.pocket.building.captions import batch
from tools.pocket.building.targets import Corpus

BATCH: Final = 768
PEAK_RATE: Final = 2e-3
WARM_UP: Final = 100
TEMPERATURE: Final = 0.07
CONTRAST: Final = 0.1
"""Weight of the contrastive loss; the cosine loss has weight 1."""


def embed(network: Any, tokens: Tensor) -> Tensor:
    """(B, T) tokens to (B, D), unit length: open_clip's `encode_text` without the padding that all texts share.

    The result is the same: the tower is causal and its output is read at the end token, before the padding.
    """
    length = int((tokens != 0).sum(1).max())
    tokens = tokens[:, :length]
    hidden = network.token_embedding(tokens) + network.positional_embedding[:length]
    hidden = network.transformer(hidden, attn_mask=network.attn_mask[:length, :length])
    hidden = network.ln_final(hidden)
    ends = hidden[torch.arange(len(tokens)), tokens.argmax(dim=1)]
    return torch.nn.functional.normalize(ends @ network.text_projection, dim=1)


def distil(
    network: Any,
    tokenizer: Callable[[list[str]], Tensor],
    corpus: Corpus,
    steps: int,
    report: Callable[[str], None],
) -> None:
    """Trains the text tower in place, from a fixed seed."""
    source = random.Random(0)
    text_side = [*network.transformer.parameters(), *network.ln_final.parameters()]
    text_side += [network.token_embedding.weight, network.positional_embedding, network.text_projection]
    optimizer = torch.optim.AdamW(text_side, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    halved = _faster_in_half()
    report(f"products in {'bfloat16' if halved else 'float32'}")
    began = time.monotonic()
    for step in range(steps):
        share = min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.param_groups[0]["lr"] = PEAK_RATE * max(share, 0.01)
        texts, directions = batch(corpus, BATCH, source)
        targets = torch.from_numpy(directions)
        losses, cosines = [], []
        optimizer.zero_grad(set_to_none=True)
        for part, part_targets in _by_length(tokenizer(texts), targets):
            with torch.autocast("cpu", torch.bfloat16, enabled=halved):
                outputs = embed(network, part).float()
            cosine = (outputs * part_targets).sum(1)
            # Captions of a batch can have similar targets, so the labels are the similarities of the targets.
            expected = (part_targets @ part_targets.T / TEMPERATURE).softmax(1)
            contrast = -(expected * (outputs @ part_targets.T / TEMPERATURE).log_softmax(1)).sum(1)
            loss = ((1 - cosine).sum() + CONTRAST * contrast.sum()) / BATCH
            torch.autograd.backward(loss)
            losses.append(loss.item())
            cosines.append(cosine.sum().item())
        torch.nn.utils.clip_grad_norm_(text_side, 1.0)
        optimizer.step()
        if step % 20 == 0:
            pace = (time.monotonic() - began) / (step + 1)
            report(f"{step}/{steps} loss {sum(losses):.3f} cosine {sum(cosines) / BATCH:.3f} {pace:.2f} s/step")


def _faster_in_half() -> bool:
    """True if matrix products in bfloat16 are at least twice as fast here; many processors only emulate them."""
    rows, matrix = torch.rand(8192, 1024), torch.rand(1024, 1024)
    return 2 * _seconds(rows.bfloat16(), matrix.bfloat16()) < _seconds(rows, matrix)


def _seconds(rows: Tensor, matrix: Tensor) -> float:
    """The shortest of ten times of a matrix product; the minimum is hardly affected by other load."""
    found = []
    for _ in range(10):
        began = time.perf_counter()
        torch.mm(rows, matrix)
        found.append(time.perf_counter() - began)
    return min(found)


def _by_length(tokens: Tensor, targets: Tensor, parts: int = 4) -> list[tuple[Tensor, Tensor]]:
    """Splits a batch by the length of the texts, so that short texts need less padding."""
    order = (tokens != 0).sum(1).argsort()
    return [(tokens[chunk], targets[chunk]) for chunk in order.chunk(parts)]
