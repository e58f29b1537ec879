"""The host's canvases: a member chooses one by its name, a server's managers which of them and the default."""

import dataclasses

import pytest
from discord import app_commands
from PIL import Image

from guidance.io.picture import request_of, to_png
from guidance.request.request import Request
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card
from tests.chat.test_config import SAVED, config_lines

CANVASES = [
    {"name": "taesd", "kind": "latent", "model": "hf-hub:host/taesd", "cost": 6.0, "tile": 64},
    {"name": "faces", "kind": "diffusion", "model": "local-dir:secret/faces", "max_pixels": 96 * 96},
]
TAESD = ("latent", "hf-hub:host/taesd", 64)
FACES = ("diffusion", "local-dir:secret/faces", 0)
PYRAMID = ("pyramid", "", 0)


async def canvas_of(harness: BotHarness, number: int) -> tuple[str, str, int]:
    """The canvas of a job, its model and its tile."""
    request = (await harness.job(number)).request
    return request.canvas, request.canvas_model, request.tile


@pytest.fixture
async def offering(harness: BotHarness) -> BotHarness:
    """A bot whose host offers CANVASES."""
    await harness.restart(canvas=CANVASES)
    return harness


async def test_without_canvases_of_the_host_imagine_has_no_such_option(harness: BotHarness) -> None:
    def options() -> set[str]:
        tree = harness.app.client(lambda: None).tree
        command = tree.get_command("imagine")
        assert isinstance(command, app_commands.Command)
        return {option["name"] for option in command.to_dict(tree)["options"]}

    without = options()
    assert "canvas" not in without
    assert {"prompt", "style", "spoiler"} <= without
    text = await harness.refuses(harness.olive.slash(harness.channel, "config canvas", canvas="taesd"))
    assert text == "There is nothing to choose: the bot's host has set no `[[canvas]]` in config.toml."
    await harness.restart(canvas=CANVASES)
    assert options() == without | {"canvas"}


async def test_a_member_chooses_a_canvas_by_option_by_flag_and_in_an_edit(offering: BotHarness) -> None:
    offered = await offering.ada.autocomplete(offering.channel, "imagine", "canvas", "", prompt="a lighthouse")
    assert [choice["value"] for choice in offered] == ["pyramid", "taesd", "faces"]
    message = await offering.done(offering.ada, "a lighthouse --canvas faces --seed 7", canvas="taesd")
    assert await canvas_of(offering, 1001) == TAESD
    assert request_of(await message.attachments[0].read()).canvas_model == "hf-hub:host/taesd"
    await offering.done(offering.ada, "a windmill --canvas faces")
    assert await canvas_of(offering, 1002) == FACES
    await offering.done(offering.ada, "a barn --canvas palette")
    assert await canvas_of(offering, 1003) == ("palette", "", 0)
    for canvas in ("latent", "oil"):
        text = await offering.refuses(offering.imagine(offering.ada, f"a barn --canvas {canvas}"))
        assert f"canvas '{canvas}' is unknown; choose one of pyramid, fourier, pixels, palette, taesd, faces" in text
    text = await offering.refuses(offering.imagine(offering.ada, "a barn", canvas="oil"))
    assert text == "This canvas is not available. Choose one of pyramid, taesd, faces."
    edit = await offering.ada.click(offering.now(message), label="Edit")
    await offering.ada.submit_modal(edit, {"prompt": "a ruin", "parameters": "--canvas faces"})
    await offering.wait_until_idle()
    assert await canvas_of(offering, 1004) == FACES


async def test_derived_pictures_stay_on_their_canvas_and_in_its_limits(offering: BotHarness) -> None:
    message = await offering.done(offering.ada, "a lighthouse", canvas="faces")
    for label in ("New seed", "More steps", "Variations"):
        await offering.press(offering.ada, message, label)
    assert {await canvas_of(offering, number) for number in range(1001, 1001 + await offering.count())} == {FACES}
    text = await offering.refuses(offering.ada.click(message, label="Upscale"))
    assert text == "This picture would be too large for the canvas faces: its limit is 9,216 pixels."


async def test_parameters_name_the_canvas_as_members_know_it_and_not_the_host_s_folder(offering: BotHarness) -> None:
    message = await offering.done(offering.ada, "a lighthouse", canvas="faces", seed=7)
    text = answer(await offering.ben.click(message, label="Parameters"))
    assert "· canvas faces" in text
    assert "a lighthouse --seed 7 --steps 4 --canvas faces" in text
    assert "secret" not in text


async def test_a_canvas_costs_its_price(offering: BotHarness) -> None:
    await offering.olive.slash(offering.channel, "config limit", limit="steps_per_day", value=28)
    await offering.done(offering.ada, "a lighthouse", canvas="taesd")
    text = await offering.refuses(offering.imagine(offering.ada, "a windmill", steps=5))
    assert text.startswith("The limit is 28 steps per day.")
    await offering.done(offering.ada, "a windmill", steps=4)


async def test_a_png_on_a_canvas_that_is_not_offered_is_refused_in_words(offering: BotHarness) -> None:
    plain = Request.resolve("a lighthouse", seed=7, width=96, height=96)
    other = dataclasses.replace(plain, canvas="latent", canvas_model="hf-hub:somebody/anything")
    posted = await offering.ben.send(
        offering.channel, attachments=[("mine.png", to_png(Image.new("RGB", (96, 96)), other))]
    )
    text = await offering.refuses(offering.ada.context_menu(offering.channel, "Rerun with a new seed", posted))
    assert text == "This canvas is not offered here. Choose one of pyramid, taesd, faces."


async def test_a_server_forbids_canvases_and_has_a_default(offering: BotHarness) -> None:
    assert "**Canvases**: pyramid, taesd, faces; default: pyramid" in await config_lines(offering)

    async def configure(canvas: str, **options: bool) -> str:
        return answer(await offering.olive.slash(offering.channel, "config canvas", canvas=canvas, **options))

    assert await configure("faces", default=True) == SAVED
    await offering.done(offering.ada, "a lighthouse")
    await offering.done(offering.ada, "a windmill", canvas="pyramid")
    await offering.done(offering.ada, "a barn --canvas pyramid")
    assert [await canvas_of(offering, number) for number in (1001, 1002, 1003)] == [FACES, PYRAMID, PYRAMID]
    assert await configure("faces", allowed=False) == SAVED
    assert "**Canvases**: pyramid, taesd; default: pyramid" in await config_lines(offering)
    text = await offering.refuses(offering.imagine(offering.ada, "a mill", canvas="faces"))
    assert text == "This canvas is not available. Choose one of pyramid, taesd."
    text = await offering.refuses(offering.ada.click(offering.cards("a lighthouse")[0], label="New seed"))
    assert text == "This canvas is not offered here. Choose one of pyramid, taesd."
    assert await configure("pyramid", allowed=False) == (
        "pyramid cannot be forbidden, and a forbidden canvas cannot be the default."
    )
    assert await configure("faces", default=True) == SAVED
    await offering.restart(canvas=CANVASES[:1])
    await offering.done(offering.ada, "a mill")
    assert await canvas_of(offering, 1004) == PYRAMID, "the host no longer offers the default"


async def test_a_model_that_cannot_be_loaded_is_told_at_the_end_of_the_job(offering: BotHarness) -> None:
    from bot.engine import RunFailedError

    offering.engine.faults["a lighthouse"] = RunFailedError("the canvas latent needs the package diffusers")
    message = await offering.done(offering.ada, "a lighthouse", canvas="taesd")
    assert "⚠️ **Failed.** the canvas latent needs the package diffusers" in card(message)
