"""A member asks the unmodified bot for a picture on a canvas that the host offers, made by the real engine."""

import io
from pathlib import Path

from PIL import Image

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, SMALL, Service
from tests.e2e.steps import finished, imagine, png_of
from tests.guidance.canvas_models import autoencoder
from tests.sandbox.person import Person


async def test_a_member_gets_a_picture_from_the_host_s_autoencoder_and_a_rerun_of_it(tmp_path: Path) -> None:
    model = autoencoder(tmp_path / "tiny")
    offered = f'[[canvas]]\nname = "tiny"\nkind = "latent"\nmodel = "{model}"\n'
    async with (
        Sandbox(acknowledge_s=HANG_S) as sandbox,
        Person(sandbox.page_url, "Ada") as ada,
        Service(sandbox, tmp_path, SMALL + offered),
    ):
        done = await finished(ada, await imagine(ada, "a lighthouse", canvas="tiny", seed=3))
        data, request = await png_of(ada, done)
        assert (request.canvas, request.canvas_model) == ("latent", model)
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (96, 64)
            assert len(image.getcolors(96 * 64) or []) > 100, "a picture, not one colour"
        again = await finished(ada, await ada.answer_to(await ada.press(done, "More steps")))
        _, continued = await png_of(ada, again)
        assert (continued.canvas, continued.canvas_model) == ("latent", model)
        assert continued.init is not None
