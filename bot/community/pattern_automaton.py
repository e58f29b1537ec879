"""Finds many patterns in a text at once, with a bit-parallel automaton (Navarro and Raffinot, extended Shift-And).

All patterns of a list are one integer with a bit for each letter. Each letter of the text takes the same few operations
on that integer, whatever the patterns and the text are: there is no backtracking, so no pattern is slow.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from bot.community.look_alikes import Word, readings

STAR_LETTERS: Final = 10
"""Maximum number of letters or digits that a `*` stands for."""
MOST_MASKS: Final = 128
"""Masks that are kept; one is as large as the automaton's state."""


class PatternAutomaton:
    """Finds normalised patterns.

    Args:
        patterns: Words separated by a space, with `*` and `?`; see `bot.community.blocklist`.

    Attributes:
        size: Bits of the state, at most about 10 for each character of the patterns.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._positions: defaultdict[str, list[int]] = defaultdict(list)
        self._ends: list[int] = []
        begins: list[int] = []
        wild: list[int] = []
        optional: list[int] = []
        before: list[int] = []
        block_ends: list[int] = []
        size = 0
        for pattern in patterns:
            begins.append(size)
            # A pattern begins and ends with the space around its words.
            symbols = f" {pattern} "
            for index, symbol in enumerate(symbols):
                if symbol == "*":
                    if symbols[index - 1] != "*":
                        before.append(size - 1)
                    block = range(size, size + STAR_LETTERS)
                    optional += block
                    wild += block
                    size += STAR_LETTERS
                    if symbols[index + 1] != "*":
                        block_ends.append(size - 1)
                    continue
                if symbol == "?":
                    wild.append(size)
                else:
                    for letter in _spellings(symbol):
                        self._positions[letter].append(size)
                size += 1
            self._ends.append(size - 1)
        self.size = size
        self._begins, self._wild = self._bits(begins), self._bits(wild)
        self._optional, self._before, self._block_ends = map(self._bits, (optional, before, block_ends))
        self._last = self._bits(self._ends)
        self._space = self._bits(self._positions[" "])
        self._masks: dict[tuple[str, ...], int] = {}

    def found(self, words: Iterable[Word]) -> list[str]:
        """The patterns that are found among the words of a text."""
        state = self._step(0, self._space)
        ended = 0
        for number, word in enumerate(words):
            if number:
                # Without white space between them, two words may be one: both are tried.
                spaced = self._step(state, self._space)
                ended |= spaced & self._last
                state = spaced if word.spaced else state | spaced
            for letter in word.letters:
                state = self._step(state, self._mask(letter))
        ended |= self._step(state, self._space) & self._last
        if not ended:
            return []
        return [pattern for pattern, end in zip(self._patterns, self._ends, strict=True) if ended >> end & 1]

    def _step(self, state: int, mask: int) -> int:
        after = (state << 1 | self._begins) & mask
        # What is optional after a reached letter is reached too: the subtraction carries through each block of optional
        # letters at once.
        carried = after | self._block_ends
        return after | self._optional & (~(carried - self._before) ^ carried)

    def _mask(self, letter: tuple[str, ...]) -> int:
        """The positions that a letter of a text matches."""
        mask = self._masks.get(letter)
        if mask is None:
            if len(self._masks) >= MOST_MASKS:
                self._masks.clear()
            mask = self._wild
            for reading in letter:
                if reading in self._positions:
                    mask |= self._bits(self._positions[reading])
            self._masks[letter] = mask
        return mask

    def _bits(self, positions: Iterable[int]) -> int:
        array = bytearray(self.size // 8 + 1)
        for position in positions:
            array[position >> 3] |= 1 << (position & 7)
        return int.from_bytes(array, "little")


def _spellings(letter: str) -> tuple[str, ...]:
    """What a letter of a pattern is compared by: itself, and the Latin letters that look like it."""
    return readings(letter)[0]
