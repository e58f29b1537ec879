"""The canvases whose pictures a model of diffusers makes: latents and samples."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from guidance.canvas import diffusers_source
from guidance.canvas.autoencoder import load_autoencoder
from guidance.canvas.bounded import bounded
from guidance.canvas.denoiser import load_denoiser
from guidance.canvas.empty_text import encoded_empty_text
from guidance.canvas.registry import REGISTRY
from guidance.clip.model import ClipModel
from guidance.io.checkpoint import Checkpoint
from guidance.io.model_error import ModelError
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import Run
from guidance.request.parameters import SCHEDULERS
from guidance.request.request import Request, RequestError
from tests.guidance.canvas_models import AUTOENCODERS, autoencoder, changed, denoiser, text_encoder
from tests.guidance.pictures import decibels, photograph, png, tensor_of
from tests.guidance.requests import blobs, pictures_of, result_of, sha, similarity_before_and_after, small

PHOTO = png(photograph())
CASES = [("latent", kind) for kind in AUTOENCODERS] + [("diffusion", ""), ("diffusion", "AutoencoderKL")]


def model_of(canvas: str, kind: str, folder: Path) -> str:
    """A tiny model for a canvas; for diffusion, `kind` is that of its latents' autoencoder."""
    return autoencoder(folder, kind) if canvas == "latent" else denoiser(folder, latent=kind)


@pytest.mark.parametrize("kind", AUTOENCODERS)
@pytest.mark.parametrize("size", [(64, 64), (67, 101)])
def test_a_latent_holds_a_picture_as_well_as_its_autoencoder_can(
    tmp_path: Path, kind: str, size: tuple[int, int]
) -> None:
    name = autoencoder(tmp_path, kind)
    wanted = tensor_of(photograph(size[1], size[0]))
    request = Request.resolve("x", seed=0, height=size[0], width=size[1], canvas="latent", canvas_model=name)
    canvas = REGISTRY["latent"](request, [0])
    canvas.from_image(wanted)
    coder = load_autoencoder(name)
    best = coder.decode(coder.encode(wanted))[:, :, : size[0], : size[1]].clamp(0, 1)
    assert decibels(canvas().detach(), wanted) == pytest.approx(decibels(best, wanted), abs=0.01)


@pytest.mark.parametrize("kind", AUTOENCODERS)
def test_the_gradient_reaches_every_place_of_a_latent(tmp_path: Path, kind: str) -> None:
    request = small(canvas="latent", canvas_model=autoencoder(tmp_path, kind))
    canvas = REGISTRY["latent"](request, [1, 2])
    (gradient,) = torch.autograd.grad(canvas().sum(), list(canvas.parameters()))
    assert gradient.shape[0] == 2
    assert float((gradient.abs().amax(dim=1) > 0).float().mean()) > 0.9


def test_a_codebook_s_latent_starts_from_its_entries_and_shows_only_them(tmp_path: Path) -> None:
    request = small(canvas="latent", canvas_model=autoencoder(tmp_path, "VQModel"))
    canvas = REGISTRY["latent"](request, [1])
    coder = load_autoencoder(request.canvas_model)
    assert coder.codebook is not None
    shown = next(canvas.parameters()).detach().permute(0, 2, 3, 1).reshape(-1, coder.channels) * coder.unit
    assert float(torch.cdist(shown, coder.codebook).amin(dim=1).max()) < 1e-3


@pytest.mark.parametrize(("canvas", "kind"), CASES)
def test_items_of_a_batch_start_from_their_own_seeds(tmp_path: Path, canvas: str, kind: str) -> None:
    request = small(canvas=canvas, canvas_model=model_of(canvas, kind, tmp_path))
    together = REGISTRY[canvas](request, [5, 6])().detach()
    alone = torch.cat([REGISTRY[canvas](request, [seed])().detach() for seed in (5, 6)])
    assert torch.allclose(together, alone, atol=1e-4)
    assert not torch.allclose(together[0], together[1], atol=1e-3)


# Not with a codebook: a small step changes no entry.
@pytest.mark.parametrize("kind", ["AutoencoderKL", "AutoencoderTiny"])
def test_a_small_step_of_a_latent_moves_the_picture_towards_the_prompt(
    tmp_path: Path, pocket: ClipModel, kind: str
) -> None:
    request = small(canvas="latent", canvas_model=autoencoder(tmp_path, kind), learning_rate=0.01, locality=1.0)
    before, after = similarity_before_and_after(request, pocket)
    assert after > before


def test_tiles_show_what_the_whole_shows_away_from_their_borders(tmp_path: Path) -> None:
    coder = load_autoencoder(autoencoder(tmp_path))
    latents = torch.randn(1, 4, 24, 40, generator=torch.Generator().manual_seed(0)).requires_grad_()
    whole, parts = coder.decode(latents), coder.decode(latents, tile=32)
    assert parts.shape == whole.shape
    assert decibels(parts.detach(), whole.detach()) > 40
    (gradient,) = torch.autograd.grad(parts.sum(), latents)
    assert float(gradient.abs().amin()) >= 0
    assert float((gradient.abs().amax(dim=1) > 0).float().mean()) > 0.99


def test_similarity_rises_along_a_guided_sampling_and_not_without(tmp_path: Path, pocket: ClipModel) -> None:
    name = denoiser(tmp_path)

    def scores(scale: float) -> list[float]:
        request = small(canvas="diffusion", canvas_model=name, steps=16, guidance_scale=scale, guidance_clamp=1.0)
        return [step.similarity() for step in render(request, pocket) if isinstance(step, Step)]

    guided, alone = scores(1e6), scores(0.0)
    assert np.mean(guided[-4:]) > np.mean(guided[:4]) + 0.02
    assert np.mean(guided[-4:]) > np.mean(alone[-4:]) + 0.02


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("latent", ["", "AutoencoderKL"])
def test_every_scheduler_ends_in_finite_pictures_that_follow_from_the_seed(
    tmp_path: Path, quick: ClipModel, scheduler: str, latent: str
) -> None:
    request = small(canvas="diffusion", canvas_model=denoiser(tmp_path, latent=latent), scheduler=scheduler, steps=5)
    first = pictures_of(request, quick)
    assert len(first) == 5
    assert pictures_of(request, quick) == first


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
def test_every_kind_of_prediction_sees_the_same_clean_sample(tmp_path: Path, prediction: str) -> None:
    model = load_denoiser(denoiser(tmp_path, {"prediction_type": prediction}))
    source = torch.Generator().manual_seed(0)
    clean, noise = torch.randn(2, 1, 3, 8, 8, generator=source)
    answer = {"epsilon": noise, "v_prediction": 0.8 * noise - 0.6 * clean, "sample": clean}[prediction]
    model.network.forward = lambda *_: type("Output", (), {"sample": answer})
    seen = model.clean(0.8 * clean + 0.6 * noise, torch.tensor(5), 0.8, 0.6)
    assert torch.allclose(seen, clean, atol=1e-5)


def test_a_text_conditional_denoiser_gets_the_empty_text_as_clip_s_text_encoder_encodes_it(
    tmp_path: Path, quick: ClipModel
) -> None:
    weights = text_encoder(tmp_path)
    name = denoiser(tmp_path, latent="AutoencoderKL", kind="UNet2DConditionModel")
    theirs = open_clip.transformer.TextTransformer(
        context_length=7, vocab_size=3, width=8, heads=2, layers=2, mlp_ratio=2, output_tokens=True, pad_id=0,
        act_layer=open_clip.transformer.QuickGELU,
    )  # fmt: skip
    theirs.load_state_dict(_as_in_open_clip(weights), strict=False)
    _, expected = theirs.eval()(torch.tensor([[1, 2, 0, 0, 0, 0, 0]]))
    text = encoded_empty_text(tmp_path)
    assert text.shape == (1, 7, 8)
    assert torch.allclose(text, expected, atol=1e-4)
    request = small(canvas="diffusion", canvas_model=name, steps=3)
    first = pictures_of(request, quick)
    assert pictures_of(request, quick) == first
    model = load_denoiser(name)
    sample = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    seen = model.network(sample, 5, text.expand(2, -1, -1)).sample
    assert torch.allclose(model.clean(sample, torch.tensor(5), 1.0, 1.0), sample - seen, atol=1e-5)


def _as_in_open_clip(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights of transformers under the names of open_clip."""
    names = {
        "text_model.": "", "encoder.layers": "transformer.resblocks", "embeddings.token_embedding": "token_embedding",
        "embeddings.position_embedding.weight": "positional_embedding", "final_layer_norm": "ln_final",
        "layer_norm": "ln_", "fc1": "c_fc", "fc2": "c_proj", "self_attn": "attn",
    }  # fmt: skip
    renamed = {}
    for name, value in weights.items():
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)  # noqa: PLW2901 - renamed step by step
        renamed[name] = value
    for name in [name for name in renamed if ".q_proj." in name]:
        parts = [renamed.pop(name.replace(".q_", f".{part}_")) for part in "qkv"]
        renamed[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
    return renamed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"architectures": ["T5EncoderModel"]}, "empty text cannot be known: its text encoder is a T5EncoderModel"),
        ({"hidden_size": 9}, "empty text cannot be known"),
        (None, "empty text cannot be known: .*text_encoder/config.json"),
    ],
)
def test_a_text_conditional_denoiser_without_clip_s_text_encoder_is_refused_in_words(
    tmp_path: Path, changes: dict[str, Any] | None, words: str
) -> None:
    if changes is not None:
        text_encoder(tmp_path, **changes)
    with pytest.raises(ModelError, match=words):
        load_denoiser(denoiser(tmp_path, latent="AutoencoderKL", kind="UNet2DConditionModel"))


@pytest.mark.parametrize(("canvas", "kind"), CASES)
@pytest.mark.parametrize("scheduler", ["ddim", "dpm++-sde"])
def test_a_resumed_run_ends_in_the_same_bytes(
    tmp_path: Path, quick: ClipModel, canvas: str, kind: str, scheduler: str
) -> None:
    if canvas == "latent" and scheduler != "ddim":
        pytest.skip("a latent has no scheduler")
    request = small(canvas=canvas, canvas_model=model_of(canvas, kind, tmp_path), scheduler=scheduler, steps=5)
    *_, whole = render(request, quick)
    assert isinstance(whole, Result)
    kept = [step.checkpoint().to_bytes() for step in render(request, quick) if isinstance(step, Step)]
    for data in kept[:-1]:
        *_, end = render(request, quick, resume=Checkpoint.from_bytes(data))
        assert isinstance(end, Result)
        assert end.image.tobytes() == whole.image.tobytes()
        assert end.checkpoint().to_bytes() == whole.checkpoint().to_bytes()


@pytest.mark.parametrize(("canvas", "kind"), CASES)
def test_pixels_outside_the_mask_stay_as_they_were(tmp_path: Path, quick: ClipModel, canvas: str, kind: str) -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (16, 8, 40, 64))
    request = small(
        init=sha(PHOTO), mask=sha(png(mask)), canvas=canvas, canvas_model=model_of(canvas, kind, tmp_path), steps=4
    )
    actual = np.array(result_of(request, quick, PHOTO, png(mask)).image)
    outside = np.array(mask) == 0
    assert (actual[outside] == np.array(photograph())[outside]).all()
    assert (actual[~outside] != np.array(photograph())[~outside]).any()


def test_strength_is_the_share_of_noise_that_an_init_image_gets(tmp_path: Path, quick: ClipModel) -> None:
    name = denoiser(tmp_path)

    def started(strength: float) -> float:
        request = small(init=sha(PHOTO), canvas="diffusion", canvas_model=name, strength=strength, steps=10)
        (sample, *_) = Run(request, quick, blobs([PHOTO])).state()
        return float(torch.corrcoef(torch.stack([sample.flatten(), tensor_of(photograph()).flatten()]))[0, 1])

    assert started(0.0) > 0.999
    assert 0.999 > started(0.3) > started(0.6) > started(1.0)
    kept = small(init=sha(PHOTO), canvas="diffusion", canvas_model=name, strength=0.0)
    assert decibels(tensor_of(result_of(kept, quick, PHOTO).image), tensor_of(photograph())) > 45


def test_values_out_of_bounds_have_a_gradient_only_towards_the_bounds() -> None:
    values = torch.tensor([-2.0, 0.5, 3.0], requires_grad=True)
    low, high = torch.zeros(()), torch.ones(())
    for sign, wanted in ((1.0, [0.0, 1.0, 1.0]), (-1.0, [-1.0, -1.0, 0.0])):
        (gradient,) = torch.autograd.grad(bounded(values, low, high).sum() * sign, values)
        assert gradient.tolist() == wanted
    (pulled,) = torch.autograd.grad(bounded(values, low, high, 0.5).sum() * 0, values)
    assert pulled.tolist() == [-2.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("AutoencoderTiny", {"in_channels": 1, "out_channels": 1}, "takes 1 channels and gives 1"),
        ("AutoencoderKL", {"scaling_factor": 0.0}, "scaling_factor is 0.0"),
        ("AutoencoderTiny", {"scaling_factor": "large"}, "scaling_factor is large"),
        ("AutoencoderKL", {"shift_factor": float("nan")}, "shift_factor is nan"),
        ("AutoencoderTiny", {"upsampling_scaling_factor": 3}, "encoder makes latents of"),
    ],
)
def test_an_autoencoder_that_is_not_one_of_pictures_is_refused_in_words(
    tmp_path: Path, kind: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        load_autoencoder(autoencoder(tmp_path, kind, **changes))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "schedule", "words"),
    [
        ({"in_channels": 4}, {}, "takes 4 channels and gives 3, but 3 are needed"),
        ({"sample_size": None}, {}, "sample_size is None"),
        ({"sample_size": 33}, {}, "sample_size is 33"),
        ({"num_class_embeds": 10}, {}, "chosen classes"),
        (
            {
                "kind": "UNet2DConditionModel",
                "in_channels": 3,
                "out_channels": 3,
                "addition_embed_type": "text_time",
                "addition_time_embed_dim": 4,
                "projection_class_embeddings_input_dim": 8,
            },
            {},
            "addition_embed_type is text_time",
        ),
        ({}, {"prediction_type": "flow"}, "predicts 'flow'"),
    ],
)
def test_a_denoiser_that_cannot_be_sampled_is_refused_in_words(
    tmp_path: Path, changes: dict[str, Any], schedule: dict[str, Any], words: str
) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        load_denoiser(denoiser(tmp_path, schedule, **changes))
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_of_another_kind_without_safetensors_or_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    name = denoiser(tmp_path / "a")
    with pytest.raises(ModelError, match="is a UNet2DModel, but the canvas latent needs one of VQModel"):
        load_autoencoder(name)
    bare = autoencoder(tmp_path / "b")
    (tmp_path / "b/diffusion_pytorch_model.safetensors").rename(tmp_path / "b/diffusion_pytorch_model.bin")
    with pytest.raises(ModelError, match="no weights as safetensors"):
        load_autoencoder(bare)
    with pytest.raises(ModelError, match="not a folder"):
        load_autoencoder(f"local-dir:{tmp_path}/nowhere")
    with pytest.raises(ModelError, match="hf-hub:OWNER/NAME"):
        load_autoencoder("taesd")
    wrong = changed(autoencoder(tmp_path / "c"), latent_channels=5)
    with pytest.raises(ModelError, match="could not be loaded"):
        load_autoencoder(wrong)


def test_a_missing_package_is_told_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "diffusers" else find(name))
    with pytest.raises(ModelError, match="pip install diffusers"):
        diffusers_source.check_package("latent")
    diffusers_source.check_package("pyramid")


def test_more_steps_than_the_schedule_has_and_a_canvas_without_a_model_are_refused(
    tmp_path: Path, quick: ClipModel
) -> None:
    request = small(canvas="diffusion", canvas_model=denoiser(tmp_path, {"num_train_timesteps": 20}), steps=20)
    with pytest.raises(RequestError, match="at most 19"):
        Run(request, quick)
    with pytest.raises(RequestError, match="--canvas-model"):
        small(canvas="diffusion")
