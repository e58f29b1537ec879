"""Drawing a picture anew: clean, and still the same picture."""

from dataclasses import replace

import pytest
import torch
from PIL import Image

from guidance.canvas.redraw import finished, redrawn
from guidance.clip.model import ClipModel
from guidance.io.picture import to_png
from guidance.optimize.run import Run
from guidance.optimize.stepper import Stepper
from guidance.request import derive
from tests.guidance.pictures import photograph, png, tensor_of
from tests.guidance.requests import blobs, result_of, sha, small

PHOTO = png(photograph())


@pytest.mark.parametrize("size", [(64, 64), (65, 130)])
def test_a_picture_that_is_drawn_anew_has_the_same_size_and_shapes_and_less_grain(size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(1)
    shapes = torch.nn.functional.interpolate(torch.rand(2, 3, 4, 4, generator=generator), size, mode="bicubic")
    shapes = shapes.clamp(0, 1)
    grainy = (shapes + 0.1 * torch.randn(shapes.shape, generator=generator)).clamp(0, 1)
    clean = redrawn(grainy)
    assert clean.shape == grainy.shape
    assert 0 <= clean.min() <= clean.max() <= 1
    assert (clean - shapes).abs().mean() < 0.5 * (grainy - shapes).abs().mean()


def test_a_finished_picture_has_sharper_edges_and_the_same_surfaces() -> None:
    picture = torch.full((1, 3, 64, 64), 0.3)
    picture[..., 32:] = 0.7
    clean, sharp = redrawn(picture), finished(picture)
    assert sharp.diff(dim=3).abs().max() > 1.2 * clean.diff(dim=3).abs().max()
    assert (sharp - clean)[..., :16].abs().max() < 0.02


def test_the_finished_picture_is_drawn_anew_and_drafts_show_the_canvas(quick: ClipModel) -> None:
    run = Run(small(redraw=1.0, levels=0.0), quick)
    Stepper(run, quick, run.request.views).make_step()
    pixels = run.rendered().detach()
    assert (tensor_of(run.picture()) - finished(pixels)).abs().max() <= 1 / 255
    assert (tensor_of(run.picture(draft=True)) - pixels).abs().max() <= 1 / 255


@pytest.mark.parametrize(("steps", "unchanged"), [(64, 37), (63, 63)])
def test_the_canvas_is_drawn_anew_along_runs_that_are_not_short(quick: ClipModel, steps: int, unchanged: int) -> None:
    request = small(steps=steps, redraw=1.0, levels=0.0)
    run, plain = (Run(asked, quick) for asked in (request, replace(request, redraw=0.0)))
    same = 0
    while run.step < steps:
        for one in (run, plain):
            Stepper(one, quick, request.views).make_step()
        if not torch.equal(run.rendered(), plain.rendered()):
            break
        same += 1
    assert same == unchanged


def test_an_init_image_is_drawn_anew_as_far_as_it_may_change_and_not_where_a_mask_keeps_it(quick: ClipModel) -> None:
    right = Image.new("L", (64, 64))
    right.paste(255, (32, 0, 64, 64))
    mask = png(right)
    request = small(width=64, height=64, steps=10, redraw=1.0, levels=0.0, init=sha(PHOTO), strength=0.5)
    run = Run(request, quick, blobs([PHOTO]))
    pixels = run.rendered().detach()
    halfway = torch.lerp(pixels, finished(pixels), 0.5)
    assert (tensor_of(run.picture()) - halfway).abs().max() <= 1 / 255
    masked = replace(request, mask=sha(mask))
    original = Run(masked, quick, blobs([PHOTO, mask])).rendered().detach()
    after = tensor_of(result_of(masked, quick, PHOTO, mask).image)
    assert (after - original)[..., :32].abs().max() <= 1 / 255
    assert (after - original)[..., 32:].abs().max() > 0.05


def test_squares_of_the_palette_stay_squares(quick: ClipModel) -> None:
    request = small(width=64, height=64, canvas="palette", pixel=8, redraw=1.0, levels=0.0)
    pixels = tensor_of(result_of(request, quick).image)
    assert torch.equal(pixels, pixels[..., ::8, ::8].repeat_interleave(8, 2).repeat_interleave(8, 3))


def test_a_run_from_a_picture_of_ours_is_drawn_anew_as_that_picture_was(quick: ClipModel) -> None:
    begun = small(redraw=1.0, levels=0.0)
    ours = to_png(result_of(begun, quick).image, begun)
    run = Run(derive.continued(begun, sha(ours)), quick, blobs([ours]))
    pixels = run.rendered().detach()
    assert (tensor_of(run.picture()) - finished(pixels)).abs().max() <= 1 / 255
