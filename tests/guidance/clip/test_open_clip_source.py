"""Models are loaded with the activation of their weights, and the reason why one is not loaded is the true one."""

import json
import re
import ssl
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import open_clip
import pytest
import torch
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError
from open_clip.pretrained import _PRETRAINED, get_pretrained_cfg
from open_clip.transformer import QuickGELU

from guidance.canvas.diffusers_source import not_loaded as canvas_not_loaded
from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import check_tokenizer, not_loaded, open_clip_source
from guidance.io.model_error import ModelError

PAIRS = open_clip.list_pretrained()
TOWERS = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"layers": 1, "width": 16, "heads": 1},
}

WITHOUT_TRANSFORMERS = pytest.mark.skipif(find_spec("transformers") is not None, reason="transformers is installed")


@pytest.fixture
def published(tmp_path: Path) -> Iterator[None]:
    """A small network in open_clip's lists, once with weights for QuickGELU and once for GELU."""
    (tmp_path / "small-one.json").write_text(json.dumps(TOWERS), encoding="utf-8")
    open_clip.add_model_config(tmp_path)
    torch.save(open_clip.create_model("small-one").state_dict(), tmp_path / "weights.pt")
    file = str(tmp_path / "weights.pt")
    _PRETRAINED["small-one"] = {"quick": {"file": file, "quick_gelu": True}, "plain": {"file": file}}
    yield
    del _PRETRAINED["small-one"]
    (tmp_path / "small-one.json").unlink()
    open_clip.factory._MODEL_CONFIGS.pop("small-one")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("tag", "quick"), [("quick", True), ("plain", False)])
def test_a_model_has_the_activation_that_its_weights_were_trained_with(tag: str, quick: bool) -> None:
    network = ClipModel.load(f"small-one/{tag}", "cpu").perceptors[0].network
    assert any(isinstance(module, QuickGELU) for module in network.modules()) is quick


def test_every_pair_of_open_clip_gets_the_activation_of_its_weights() -> None:
    wrong = []
    for architecture, tag in PAIRS:
        source = open_clip_source(f"{architecture}/{tag}")
        used = source.quick_gelu or source.config().get("quick_gelu", False)
        if used != get_pretrained_cfg(architecture, tag).get("quick_gelu", False):
            wrong.append((architecture, tag))
    # Its architecture has QuickGELU by itself, and there is no other pair of it.
    assert wrong == [("roberta-ViT-B-32", "laion2b_s12b_b32k")]
    assert open_clip_source("ViT-B-32/openai").quick_gelu
    assert open_clip_source("RN50/openai").quick_gelu


@pytest.mark.parametrize(
    "name", ["ViT-B-16-SigLIP/webli", "ViT-B-16-SigLIP2/webli", "xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k"]
)
def test_a_missing_package_is_named_before_anything_is_downloaded(name: str) -> None:
    with pytest.raises(ModelError, match=r"needs the package transformers.*pip install transformers"):
        ClipModel.load(name, "cpu")


@WITHOUT_TRANSFORMERS
def test_a_model_in_a_folder_says_what_its_texts_need(tmp_path: Path) -> None:
    towers = TOWERS | {"text_cfg": {"hf_tokenizer_name": "some/tokenizer"}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": towers}), encoding="utf-8")
    with pytest.raises(ModelError, match="needs the package transformers"):
        ClipModel.load(f"local-dir:{tmp_path}", "cpu")
    check_tokenizer("pocket", "local-dir:anywhere", {"text_cfg": {}})


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("local-dir:nowhere/to be found", r"nowhere/to be found is not a folder with open_clip_config\.json"),
        ("local-dir:/tmp/cats + dogs", r"/tmp/cats is not a folder.*' \+ ' in it separates models"),
        ("ViT-B-32/none", "is unknown; name 'pocket'"),
        ("pocket + pocket", "names a model twice"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_what_to_do(name: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        ClipModel.load(name, "cpu")


def test_the_reason_why_a_model_is_not_loaded_is_the_true_one() -> None:
    def wrapped(cause: Exception) -> Exception:
        error = RuntimeError(f"Failed to download weights: {cause}")
        error.__context__ = cause  # as open_clip raises it
        return error

    assert "connect once" in str(not_loaded("a/b", wrapped(URLError("no route"))))
    package = str(not_loaded("a/b", wrapped(ModuleNotFoundError("No module named 'ftfy'", name="ftfy"))))
    assert "pip install ftfy" in package
    full = str(not_loaded("a/b", wrapped(OSError(28, "No space left on device"))))
    assert "cannot be stored: No space left on device; free some space, or name another folder" in full
    denied = str(not_loaded("a/b", wrapped(PermissionError(13, "Permission denied", "/home/nobody/.cache"))))
    assert "cannot be stored: Permission denied (/home/nobody/.cache)" in denied
    looked_up = URLError("An error happened, check your connection")
    looked_up.__context__ = ConnectionError("Name or service not known")
    assert "(Name or service not known)" in str(not_loaded("a/b", wrapped(looked_up)))
    assert "connect" not in package + full


def _answered(kind: type[HfHubHTTPError], status: int) -> Exception:
    response = SimpleNamespace(status_code=status, headers={}, request=None)
    return kind(f"{status} Client Error. (Request ID: Root=1-2)", response=response)  # type: ignore[arg-type]


def _wrapped(cause: Exception) -> Exception:
    error = LocalEntryNotFoundError("cannot find the requested files in the local cache; check your connection")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            ssl.SSLCertVerificationError(1, "[SSL] self-signed certificate"),
            "certificate is not trusted .*SSL_CERT_FILE",
        ),
        (URLError(ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] x")), "certificate is not trusted"),
        (
            type("ProxyError", (ConnectionError,), {})("403 Forbidden"),
            r"proxy .*\(403 Forbidden\); check .*HTTPS_PROXY",
        ),
        (_answered(GatedRepoError, 403), "agree to its terms on its page, and set .*HF_TOKEN"),
        (_answered(RepositoryNotFoundError, 401), "there is no public model of that name; check the name"),
        (_answered(HfHubHTTPError, 404), "there is no public model of that name"),
        (_answered(HfHubHTTPError, 503), "the server answers 503; try again later"),
        (_answered(HfHubHTTPError, 429), "the server answers 429; try again later"),
    ],
)
def test_a_hub_that_refuses_is_not_taken_for_a_network_that_is_away(error: Exception, says: str) -> None:
    for raised in (error, _wrapped(error)):
        for told in (not_loaded("hf-hub:a/b", raised), canvas_not_loaded("hf-hub:a/b", raised)):
            assert re.search(says, str(told)), str(told)
            assert "connect once" not in str(told)
            assert "stored" not in str(told)


def test_a_file_of_a_models_own_folder_is_not_one_that_cannot_be_stored() -> None:
    denied = not_loaded("local-dir:/models/a", PermissionError(13, "Permission denied", "/models/a/weights"))
    assert str(denied).endswith("could not be loaded: Permission denied (/models/a/weights)")
