"""Concepts that a request's words or a finished picture are flagged for.

Only the engine's process imports this module: it imports torch.
"""

from collections.abc import Sequence

from bot.jobs.job import Concept, Flag
from guidance.clip import zeroshot
from guidance.clip.model import ClipModel
from guidance.optimize.loop import Result
from guidance.request.request import Request


def prompt_flags(model: ClipModel, request: Request, concepts: Sequence[Concept]) -> tuple[Flag, ...]:
    """Flags of all phrases with a positive weight, in any stage; a prompt may name what the picture should not show."""
    texts = list(
        dict.fromkeys(phrase.text for stage in request.stages() for phrase in stage.phrases if phrase.weight > 0)
    )
    scores = [(concept, zeroshot.of_texts(model, texts, concept.texts)) for concept in concepts]
    return tuple(Flag(concept.name, "prompt", score) for concept, score in scores if score > concept.threshold)


def picture_flags(model: ClipModel, result: Result, concepts: Sequence[Concept]) -> tuple[Flag, ...]:
    """Flags of the finished picture, without its medium: CLIP would see less in a woodcut."""
    picture = result.plain() if concepts else result.image
    scores = [(concept, zeroshot.of_picture(model, picture, concept.texts)) for concept in concepts]
    return tuple(Flag(concept.name, "picture", score) for concept, score in scores if score > concept.threshold)
