"""Where open_clip finds a model: its architecture, weights, activation and tokenizer, and why it cannot be loaded."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import open_clip
import torch
from open_clip.factory import _get_hf_config
from open_clip.pretrained import get_pretrained_cfg

from guidance.clip.layout import Layouts
from guidance.io.model_error import ModelError, disk_reason, first_line, hub_problem, missing_package, network_reason
from guidance.request.messages import Message
from guidance.request.model_name import DEFAULT_MODEL, FOLDER

POCKET: Final = Path(__file__).parents[1] / "pocket"
_HUB: Final = "hf-hub:"


@dataclass(frozen=True, slots=True)
class OpenClipSource:
    """A model as open_clip names it.

    Attributes:
        architecture: A name in its list, "hf-hub:…" or "local-dir:…".
        pretrained: The tag of the weights; None for the other two.
        quick_gelu: Whether the weights were trained with QuickGELU, which the architecture does not say. open_clip only
            warns then, and the model sees worse.
    """

    architecture: str
    pretrained: str | None = None
    quick_gelu: bool = False

    def config(self) -> Mapping[str, Any]:
        """The architecture's configuration; for "hf-hub:…" it is downloaded."""
        if self.architecture.startswith(FOLDER):
            path = Path(self.architecture.removeprefix(FOLDER)) / "open_clip_config.json"
            found = json.loads(path.read_text(encoding="utf-8"))["model_cfg"]
        elif self.architecture.startswith(_HUB):
            found = _get_hf_config(self.architecture.removeprefix(_HUB))["model_cfg"]
        else:
            found = open_clip.get_model_config(self.architecture)
        return found if isinstance(found, dict) else {}


def open_clip_source(name: str) -> OpenClipSource:
    """Where open_clip finds the model of that name.

    Raises:
        ModelError: The name is unknown, or its folder does not exist.
    """
    if name == DEFAULT_MODEL:
        return OpenClipSource(f"{FOLDER}{POCKET}")
    if name.startswith(FOLDER):
        folder = Path(name.removeprefix(FOLDER))
        if not (folder / "open_clip_config.json").is_file():
            raise ModelError(Message("model-folder", model=name, folder=str(folder.absolute())))
        return OpenClipSource(name)
    if name.startswith(_HUB):
        return OpenClipSource(name)
    architecture, _, pretrained = name.partition("/")
    if not pretrained or (architecture, pretrained) not in open_clip.list_pretrained():
        raise ModelError(Message("model-unknown", model=name, default=DEFAULT_MODEL))
    own = (open_clip.get_model_config(architecture) or {}).get("quick_gelu", False)
    needed = get_pretrained_cfg(architecture, pretrained).get("quick_gelu", False)
    return OpenClipSource(architecture, pretrained, quick_gelu=bool(needed and not own))


def layouts_of(architecture: str, device: torch.device) -> Layouts | None:
    """The layouts in the folder of a "local-dir:…" model, if there are any."""
    return Layouts.beside(Path(architecture.removeprefix(FOLDER)), device) if architecture.startswith(FOLDER) else None


def check_tokenizer(name: str, architecture: str, config: Mapping[str, Any]) -> None:
    """Checks for a package that the model's texts need, before its weights are downloaded.

    Raises:
        ModelError: The package is not installed.
    """
    text = config.get("text_cfg", {})
    # open_clip takes the tokenizer of SigLIP by the name of the architecture.
    siglip = ":" not in architecture and "siglip" in architecture.lower()
    needed = bool(text.get("hf_tokenizer_name") or text.get("hf_model_name") or siglip)
    if needed and importlib.util.find_spec("transformers") is None:
        raise ModelError(Message("model-needs-package", model=name, package="transformers"))


def not_loaded(name: str, error: Exception) -> ModelError:
    """The error for a model that open_clip could not load, by its cause."""
    if package := missing_package(error):
        return ModelError(Message("model-needs-package", model=name, package=package))
    if problem := hub_problem(error):
        return ModelError(Message("model-not-served", model=name, problem=problem))
    if reason := disk_reason(error):
        if name.startswith(FOLDER):
            return ModelError(Message("model-not-loaded", model=name, reason=reason))
        return ModelError(Message("model-not-stored", model=name, reason=reason))
    if reason := network_reason(error):
        return ModelError(Message("model-offline", model=name, reason=reason, default=DEFAULT_MODEL))
    return ModelError(Message("model-not-loaded", model=name, reason=first_line(error)))
