"""Where the models of the latent and the diffusion canvas come from, and why one cannot be used.

The package `diffusers` is optional: it is imported when such a canvas is used, and its absence is told before anything
is loaded. Only safetensors are read, since other formats can run code.
"""

import contextlib
import importlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from torch import nn

from guidance.io.model_error import ModelError, disk_reason, first_line, hub_problem, missing_package, network_reason
from guidance.request.messages import Message
from guidance.request.model_name import FOLDER
from guidance.request.parameters import MODEL_CANVASES

PACKAGE: Final = "diffusers"
HUB: Final = "hf-hub:"
CONFIG: Final = "config.json"
AUTOENCODER_FOLDERS: Final = ("", "vae", "vqvae")
DENOISER_FOLDERS: Final = ("", "unet")
SCHEDULER_FOLDERS: Final = ("", "scheduler")
"""Where a model of each kind lies: in the folder itself, or in this folder of a pipeline."""
_WEIGHTS: Final = "diffusion_pytorch_model"
_FILES: Final = (CONFIG, "scheduler_config.json", f"{_WEIGHTS}.safetensors", f"{_WEIGHTS}-*.safetensors",
                 f"{_WEIGHTS}.safetensors.index.json")  # fmt: skip


def check_package(canvas: str) -> None:
    """Checks for the package that a canvas needs, before anything is loaded.

    Raises:
        ModelError: It is not installed.
    """
    if canvas in MODEL_CANVASES and importlib.util.find_spec(PACKAGE) is None:
        raise ModelError(Message("canvas-needs-package", canvas=canvas, package=PACKAGE))


def folder_of(name: str, folders: Sequence[str], others: Sequence[str] = ()) -> Path:
    """The folder of a model; one of "hf-hub:…" is downloaded at its first use.

    Args:
        name: "hf-hub:OWNER/NAME" or "local-dir:PATH".
        folders: Where in it the files that are needed may lie.
        others: Further files to download, if they are there.

    Raises:
        ModelError: The name is unknown, or there is no such folder, or it cannot be downloaded.
    """
    if name.startswith(FOLDER):
        path = Path(name.removeprefix(FOLDER))
        if not any((path / folder / CONFIG).is_file() for folder in folders):
            raise ModelError(Message("canvas-model-folder", model=name, folder=str(path.absolute())))
        return path
    owner, _, repository = name.removeprefix(HUB).partition("/")
    if not name.startswith(HUB) or not owner or not repository or "/" in repository:
        raise ModelError(Message("canvas-model-unknown", model=name))
    hub = importlib.import_module("huggingface_hub")  # open_clip brings it; only a download needs it
    wanted = [f"{folder}/{file}" if folder else file for folder in folders for file in _FILES]
    wanted += others
    try:
        return Path(hub.snapshot_download(f"{owner}/{repository}", allow_patterns=wanted))
    except Exception as error:  # any error of the download libraries
        raise not_loaded(name, error) from error


def found(path: Path, folders: Sequence[str], file: str = CONFIG) -> tuple[str, dict[str, Any]] | None:
    """The first of the folders that has the file, and the JSON object in it; None if none has."""
    for folder in folders:
        # A pipeline's own folder has no model.
        if (path / folder / file).is_file():
            data = json.loads((path / folder / file).read_text(encoding="utf-8"))
            return (folder, data) if isinstance(data, dict) else None
    return None


def load(name: str, canvas: str, path: Path, folders: Sequence[str], kinds: Sequence[str]) -> nn.Module:
    """Loads a model with frozen weights, in float32, on the CPU.

    Args:
        name: Of the model, for messages.
        canvas: That needs it, for messages.
        path: Its folder, from `folder_of`.
        folders: Where in it the model may lie.
        kinds: Classes of diffusers that are accepted.

    Raises:
        ModelError: The model is of another class, has no safetensors, or cannot be loaded.
    """
    try:
        place = found(path, folders)
    except (OSError, ValueError) as error:
        raise not_loaded(name, error) from error
    if place is None:
        raise ModelError(Message("canvas-model-folder", model=name, folder=str(path.absolute())))
    folder, config = place
    if (kind := config.get("_class_name")) not in kinds:
        raise ModelError(
            Message("canvas-model-kind", model=name, kind=str(kind), canvas=canvas, known=", ".join(kinds))
        )
    if not list((path / folder).glob(f"{_WEIGHTS}*.safetensors")):
        raise ModelError(Message("canvas-model-no-safetensors", model=name))
    try:
        with _quiet():
            loader = getattr(importlib.import_module(PACKAGE), str(kind))
            network = loader.from_pretrained(
                path, subfolder=folder or None, use_safetensors=True, local_files_only=True, low_cpu_mem_usage=False
            )
    except Exception as error:  # diffusers passes on any error of its parts
        raise not_loaded(name, error) from error
    assert isinstance(network, nn.Module)  # noqa: S101 - every class of `kinds` is one
    return network.float().eval().requires_grad_(False)


def not_loaded(name: str, error: Exception) -> ModelError:
    """The error for a model that could not be loaded, by its cause."""
    if package := missing_package(error):
        return ModelError(Message("model-needs-package", model=name, package=package))
    if problem := hub_problem(error):
        return ModelError(Message("model-not-served", model=name, problem=problem))
    if reason := disk_reason(error):
        if name.startswith(FOLDER):
            return ModelError(Message("canvas-model-not-loaded", model=name, reason=reason))
        return ModelError(Message("model-not-stored", model=name, reason=reason))
    if reason := network_reason(error):
        return ModelError(Message("canvas-model-offline", model=name, reason=reason))
    return ModelError(Message("canvas-model-not-loaded", model=name, reason=first_line(error)))


def unusable(name: str, canvas: str, problem: str, **values: str | float) -> ModelError:
    """The error for a model that is loaded but cannot be used; `problem` is the id of a message with these values."""
    return ModelError(Message("canvas-model-unusable", model=name, canvas=canvas, problem=Message(problem, **values)))


def number(config: Mapping[str, Any], key: str, default: float) -> float | None:
    """A number of a configuration, `default` if the key is absent or null; None if the value is not a number."""
    value = config.get(key)
    if value is None:
        return default
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Suppresses diffusers' advice about packages and unknown keys, but no errors."""
    logs = importlib.import_module("diffusers.utils.logging")
    before = logs.get_verbosity()
    logs.set_verbosity_error()
    try:
        yield
    finally:
        logs.set_verbosity(before)
