"""Divides texts that are longer than a text tower reads. Tokenizers cut such texts without a word."""

from typing import Protocol

from torch import Tensor


class Tokenizer(Protocol):
    """The tokenizer that open_clip chooses for a model.

    Attributes:
        context_length: Most tokens that the text tower reads, with those for the beginning and the end.
    """

    context_length: int

    def __call__(self, texts: list[str], context_length: int | None = None) -> Tensor:
        """N texts to (N, context) token numbers."""
        ...


def parts_of(text: str, tokenizer: Tokenizer) -> list[str]:
    """The text in parts that the tower reads as a whole, of about the same length; a text that fits is one part."""
    count = _tokens(text, tokenizer)
    if count <= tokenizer.context_length:
        return [text]
    units = text.split(" ")
    if len(units) == 1:
        half = len(text) // 2
        return [*parts_of(text[:half], tokenizer), *parts_of(text[half:], tokenizer)] if half else [text]
    middle = _middle(units, tokenizer)
    return [part for half in (units[:middle], units[middle:]) for part in parts_of(" ".join(half), tokenizer)]


def _middle(words: list[str], tokenizer: Tokenizer) -> int:
    """The index of the word where the second half of the tokens begins."""
    lengths = [_tokens(word, tokenizer) for word in words]
    total, before = sum(lengths), 0
    for index, length in enumerate(lengths):
        before += length
        if 2 * before >= total:
            return min(max(1, index + 1), len(words) - 1)
    return len(words) // 2


def _tokens(text: str, tokenizer: Tokenizer) -> int:
    """How many tokens the text has, with those for the beginning and the end."""
    # No token is shorter than a byte of the text in UTF-8.
    longest = len(text.encode()) + 4
    (tokens,) = tokenizer([text], longest).tolist()
    # What follows the text is filled with one token.
    end = len(tokens)
    while end > 1 and tokens[end - 1] == tokens[end - 2]:
        end -= 1
    return end - 1
