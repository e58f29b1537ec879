"""Images attached to `/imagine`."""

from tests.chat.harness import BotHarness
from tests.chat.pictures import bomb, png
from tests.chat.reading import answer, card


async def test_a_picture_starts_from_an_attached_image(harness: BotHarness) -> None:
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png()), strength=0.4, seed=2)
    await harness.wait_until_idle()
    (message,) = harness.channel.history()
    assert f"**a tiger**\nfor <@{harness.ada.id}>" in card(message)
    assert "✅ **Done**" in card(message)
    request = (await harness.job(1001)).request
    assert request.strength == 0.4
    assert request.init is not None
    assert list(harness.engine.tasks[0].blobs) == [request.init]


async def test_bytes_after_the_image_in_an_attachment_are_not_stored(harness: BotHarness) -> None:
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png() + b"trailing words"))
    await harness.wait_until_idle()
    (blob,) = harness.engine.tasks[0].blobs.values()
    assert b"trailing words" not in blob


async def test_the_parameters_name_the_init_image(harness: BotHarness) -> None:
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png()))
    await harness.wait_until_idle()
    result = await harness.ben.click(harness.channel.history()[-1], label="Parameters")
    assert "from an image" in answer(result)


async def test_an_unsupported_file_is_refused_with_a_message(harness: BotHarness) -> None:
    for name, data, words in (
        (
            "notes.txt",
            b"not a picture",
            "I can't use this image: this is a text, not a picture.",
        ),
        ("cat.png", b"not a picture", "I can't use this image: this is a text, not a picture."),
        ("cat.png", png()[:60], "I can't use this image: the image is broken and cannot be read."),
        ("cat.png", bomb(), "I can't use this image: the image is too large; at most 40 million pixels are read."),
        ("cat.png", b"\0" * (10 * 2**20 + 1), "This image is too large. The limit is 10 MiB."),
    ):
        assert await harness.refuses(harness.imagine(harness.ada, "a tiger", image=(name, data))) == words


async def test_a_refusal_after_an_attachment_is_private(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="flooding")
    text = await harness.refuses(harness.imagine(harness.ada, "a tiger", image=("cat.png", png())))
    assert text == "You are banned from making pictures in this server: flooding"


async def test_a_strength_needs_an_image(harness: BotHarness) -> None:
    text = await harness.refuses(harness.imagine(harness.ada, "a tiger", strength=0.5))
    assert text == "Strength says how far an attached image may change. Attach an image, or leave it out."


async def test_a_batch_of_four_can_start_from_one_image(harness: BotHarness) -> None:
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png()), count=4)
    await harness.wait_until_idle()
    (message,) = harness.channel.history()
    assert card(message).count("✅ **Done**") == 4


async def test_a_job_whose_init_image_was_deleted_says_so(harness: BotHarness) -> None:
    await harness.running(harness.ben, "the first")
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png()))
    await harness.app.pictures.drop({str((await harness.job(1002)).request.init)})
    harness.engine.gates["the first"].set()
    await harness.wait_until_idle()
    assert "⚠️ **Failed.** An image that this picture starts from has been deleted." in card(
        harness.cards("a tiger")[-1]
    )


async def test_a_picture_from_an_image_has_no_preview_where_screening_is_on(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config screening", mode="hold")
    await harness.imagine(harness.ada, "a tiger", image=("cat.png", png()))
    await harness.wait_until_idle()
    assert not harness.engine.tasks[0].previews
