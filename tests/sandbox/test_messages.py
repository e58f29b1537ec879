"""Messages: limits, permissions, files, mentions and nonces."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from bot.sandbox.models.guild import Overwrite
from bot.sandbox.models.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from bot.sandbox.server import Sandbox
    from tests.sandbox.conftest import RestClient
    from tests.sandbox.person import Person

MIB = 1024 * 1024


def png(side: int = 4) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def first_error(body: dict[str, Any], *path: str) -> str:
    node: Any = body["errors"]
    for key in path:
        node = node[key]
    code: str = node["_errors"][0]["code"]
    return code


async def test_a_file_of_eleven_mebibytes_is_refused(rest_client: RestClient, ada: Person) -> None:
    answer = await rest_client.post({"content": "big"}, {"a.bin": b"x" * (11 * MIB)})
    assert (answer.status, answer.code) == (413, 40005)
    assert await ada.messages() == []


async def test_a_request_of_more_than_25_mebibytes_is_refused(rest_client: RestClient) -> None:
    answer = await rest_client.post({"content": "big"}, {f"{n}.bin": b"x" * (9 * MIB) for n in range(3)})
    assert (answer.status, answer.code) == (413, 40005)


async def test_a_file_of_ten_mebibytes_is_accepted(rest_client: RestClient, ada: Person) -> None:
    answer = await rest_client.post({}, {"a.bin": b"x" * (10 * MIB)})
    assert answer.status == 200
    assert len(await ada.read(answer.body["attachments"][0]["url"])) == 10 * MIB


async def test_a_wrong_token_is_unauthorized(rest_client: RestClient) -> None:
    answer = await rest_client.call("GET", "/users/@me", headers={"Authorization": "Bot wrong"})
    assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_only_the_author_edits_a_message(rest_client: RestClient, ada: Person) -> None:
    posted = await ada.send_message("mine")
    answer = await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {"content": "yours"})
    assert (answer.status, answer.code) == (403, 50005)


async def test_deleting_the_message_of_another_needs_manage_messages(
    rest_client: RestClient, ada: Person, ben: Person, mo: Person
) -> None:
    posted = await ada.send_message("mine")
    answer = await rest_client.call("DELETE", f"{rest_client.messages}/{posted['id']}")
    assert (answer.status, answer.code) == (403, 50013)
    with pytest.raises(Exception, match="50013"):
        await ben.delete(posted)
    await mo.delete(posted)
    assert await ada.messages() == []


async def test_a_channel_that_denies_sending_refuses_the_bot(rest_client: RestClient, sandbox: Sandbox) -> None:
    rest_client.channel.overwrites.append(Overwrite(sandbox.guild_data.bot.id, 1, deny=Permission.SEND_MESSAGES))
    answer = await rest_client.post({"content": "hello"})
    assert (answer.status, answer.code) == (403, 50013)


async def test_a_hidden_channel_denies_access(rest_client: RestClient, sandbox: Sandbox) -> None:
    rest_client.channel.overwrites.append(Overwrite(sandbox.guild_data.guild.id, 0, deny=Permission.VIEW_CHANNEL))
    answer = await rest_client.post({"content": "hello"})
    assert (answer.status, answer.code) == (403, 50001)


async def test_a_file_needs_the_permission_to_attach_files(rest_client: RestClient, sandbox: Sandbox) -> None:
    rest_client.channel.overwrites.append(Overwrite(sandbox.guild_data.bot.id, 1, deny=Permission.ATTACH_FILES))
    assert (await rest_client.post({"content": "words"})).status == 200
    assert (await rest_client.post({}, {"a.png": png()})).code == 50013


async def test_each_missing_object_has_its_own_error_code(rest_client: RestClient) -> None:
    assert (await rest_client.call("GET", f"{rest_client.messages}/1")).code == 10008
    assert (await rest_client.call("GET", "/channels/1/messages")).code == 10003
    assert (await rest_client.call("GET", "/nowhere")).body == {"message": "404: Not Found", "code": 0}
    assert first_error((await rest_client.call("GET", "/channels/abc")).body, "channel_id") == "NUMBER_TYPE_COERCE"


async def test_an_empty_message_is_refused(rest_client: RestClient) -> None:
    assert (await rest_client.post({"content": "  \n "})).code == 50006


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"content": "x" * 2001}, ["content"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"], "BASE_TYPE_MAX_LENGTH"),
        (
            {"embeds": [{"fields": [{"name": "a", "value": ""}]}]},
            ["embeds", "0", "fields", "0", "value"],
            "BASE_TYPE_REQUIRED",
        ),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, ["embeds"], "MAX_EMBED_SIZE_EXCEEDED"),
        (
            {"embeds": [{"image": {"url": "file:///etc/passwd"}}]},
            ["embeds", "0", "image", "url"],
            "URL_TYPE_INVALID_SCHEME",
        ),
        ({"content": "a", "nonce": "x" * 26}, ["nonce"], "BASE_TYPE_MAX_LENGTH"),
        (
            {"content": "a", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            ["allowed_mentions"],
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "a", "message_reference": {"message_id": "1"}}, ["message_reference"], "REPLIES_UNKNOWN_MESSAGE"),
    ],
)
async def test_an_invalid_body_is_refused_with_the_path_of_the_error(
    rest_client: RestClient, body: object, path: list[str], code: str
) -> None:
    answer = await rest_client.post(body)
    assert (answer.status, answer.code) == (400, 50035)
    assert first_error(answer.body, *path) == code


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def button(custom_id: str = "a", **rest: object) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "A", "custom_id": custom_id, **rest}


@pytest.mark.parametrize(
    ("components", "path", "code"),
    [
        ([row(button("x" * 101))], ["0", "components", "0", "custom_id"], "BASE_TYPE_BAD_LENGTH"),
        ([row(button(), button())], ["0", "components", "1", "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ([row(*[button(str(n)) for n in range(6)])], ["0", "components"], "BASE_TYPE_BAD_LENGTH"),
        ([row(button(str(n))) for n in range(6)], [], "BASE_TYPE_BAD_LENGTH"),
        (
            [row(button(emoji={"name": "lighthouse"}))],
            ["0", "components", "0", "emoji", "name"],
            "COMPONENT_INVALID_EMOJI",
        ),
    ],
)
async def test_buttons_have_limits(rest_client: RestClient, components: object, path: list[str], code: str) -> None:
    answer = await rest_client.post({"content": "a", "components": components})
    assert first_error(answer.body, "components", *path) == code


async def test_a_nonce_makes_posting_idempotent_for_some_minutes(
    rest_client: RestClient, ada: Person, clock: ManualClock
) -> None:
    body = {"content": "job 7", "nonce": "job-7", "enforce_nonce": True}
    first = await rest_client.post(body)
    assert (await rest_client.post(body)).body["id"] == first.body["id"]
    assert len(await ada.messages()) == 1
    await clock.advance(600)
    assert (await rest_client.post(body)).body["id"] != first.body["id"]


async def test_an_edit_without_an_attachments_list_adds_files(rest_client: RestClient) -> None:
    posted = (await rest_client.post({}, {"one.png": png()})).body
    edited = (
        await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {}, files={"two.png": png()})
    ).body
    assert [file["filename"] for file in edited["attachments"]] == ["one.png", "two.png"]


async def test_an_edit_with_an_attachments_list_keeps_only_what_it_names(rest_client: RestClient, ada: Person) -> None:
    posted = (await rest_client.post({}, {"one.png": png(), "two.png": png()})).body
    one, two = posted["attachments"]
    listed = {"attachments": [{"id": two["id"]}, {"id": 0, "description": "a teal square"}]}
    edited = (
        await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", listed, files={"three.png": png(9)})
    ).body
    assert [file["filename"] for file in edited["attachments"]] == ["two.png", "three.png"]
    assert edited["attachments"][1]["description"] == "a teal square"
    assert (edited["attachments"][1]["width"], edited["attachments"][1]["height"]) == (9, 9)
    with pytest.raises(AssertionError, match="404"):
        await ada.read(one["url"])


async def test_a_file_that_an_embed_shows_is_not_listed_until_the_embed_goes(
    rest_client: RestClient, ada: Person
) -> None:
    embed = {"title": "a lighthouse", "image": {"url": "attachment://a.png"}}
    posted = (await rest_client.post({"embeds": [embed]}, {"a.png": png()})).body
    assert posted["attachments"] == []
    assert await ada.read(posted["embeds"][0]["image"]["url"]) == png()
    edited = (await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {"embeds": []})).body
    assert [file["filename"] for file in edited["attachments"]] == ["a.png"]


async def test_a_file_name_is_cleaned_and_its_alternative_text_kept(rest_client: RestClient) -> None:
    body = {"attachments": [{"id": "0", "filename": "SPOILER_my picture/ü.png", "description": "words"}]}
    (file,) = (await rest_client.post(body, {"x.png": png()})).body["attachments"]
    assert (file["filename"], file["description"], file["flags"]) == ("SPOILER_my_picture.png", "words", 8)


async def test_an_attachments_address_expires(rest_client: RestClient, ada: Person, clock: ManualClock) -> None:
    (file,) = (await rest_client.post({}, {"a.png": png()})).body["attachments"]
    assert await ada.read(file["url"]) == png()
    with pytest.raises(AssertionError, match="404"):
        await ada.read(file["url"].replace("hm=", "hm=0"))
    await clock.advance(25 * 3600)
    with pytest.raises(AssertionError, match="404"):
        await ada.read(file["url"])


async def test_allowed_mentions_suppress_a_mention(rest_client: RestClient, ada: Person) -> None:
    body = {"content": f"<@{ada.id}>", "allowed_mentions": {"parse": []}}
    assert (await rest_client.post(body)).body["mentions"] == []
    assert await ada.pings() == []
    posted = (await rest_client.post({"content": f"<@{ada.id}>"})).body
    assert [user["id"] for user in posted["mentions"]] == [ada.id]
    assert await ada.pings() == [posted["id"]]


async def test_an_edit_updates_the_mentions_but_notifies_nobody(rest_client: RestClient, ada: Person) -> None:
    body = {"content": "queued", "allowed_mentions": {"parse": []}}
    posted = (await rest_client.post(body)).body
    edited = (
        await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {"content": f"<@{ada.id}>"})
    ).body
    assert [user["id"] for user in edited["mentions"]] == [ada.id]
    assert await ada.pings() == []


async def test_everyone_is_mentioned_only_with_permission(rest_client: RestClient, mo: Person, ada: Person) -> None:
    assert (await rest_client.post({"content": "@everyone"})).body["mention_everyone"] is False
    posted = await mo.send_message("@everyone")
    assert posted["mention_everyone"] is True
    assert await ada.pings() == [posted["id"]]


async def test_a_reply_notifies_unless_it_says_not_to(rest_client: RestClient, ada: Person) -> None:
    posted = await ada.send_message("hello")
    reply = {"content": "hi", "message_reference": {"message_id": posted["id"]}}
    quiet = await rest_client.post({**reply, "allowed_mentions": {"parse": [], "replied_user": False}})
    assert await ada.pings() == []
    loud = await rest_client.post({**reply, "allowed_mentions": {"parse": [], "replied_user": True}})
    assert await ada.pings() == [loud.body["id"]]
    assert quiet.body["referenced_message"]["id"] == posted["id"]


async def test_history_is_read_in_pages_newest_first(rest_client: RestClient, ada: Person) -> None:
    ids = [(await ada.send_message(str(number)))["id"] for number in range(5)]
    page = (await rest_client.call("GET", f"{rest_client.messages}?limit=2")).body
    assert [message["id"] for message in page] == [ids[4], ids[3]]
    before = (await rest_client.call("GET", f"{rest_client.messages}?limit=2&before={ids[3]}")).body
    assert [message["id"] for message in before] == [ids[2], ids[1]]
    after = (await rest_client.call("GET", f"{rest_client.messages}?limit=2&after={ids[0]}")).body
    assert [message["id"] for message in after] == [ids[2], ids[1]]
    assert (await rest_client.call("GET", f"{rest_client.messages}?limit=101")).code == 50035


async def test_the_bot_reads_no_content_without_the_intent(
    rest_client: RestClient, ada: Person, sandbox: Sandbox
) -> None:
    await ada.send_message("private words")
    await ada.send_message(f"<@{sandbox.guild_data.bot.id}> words for the bot")
    to_bot, private = (await rest_client.call("GET", rest_client.messages)).body
    assert private["content"] == ""
    assert to_bot["content"].endswith("words for the bot")


async def test_a_reaction_is_one_emoji_and_at_most_twenty(
    rest_client: RestClient, ada: Person, clock: ManualClock
) -> None:
    posted = await ada.send_message("hello")
    path = f"{rest_client.messages}/{posted['id']}/reactions"
    assert (await rest_client.call("PUT", f"{path}/lighthouse/@me")).code == 10014
    for number in range(20):
        await ada.react(posted, chr(0x1F400 + number))
    await clock.advance(1)
    assert (await rest_client.call("PUT", f"{path}/🔁/@me")).code == 30010
    await clock.advance(1)
    assert (await rest_client.call("PUT", f"{path}/{chr(0x1F400)}/@me")).status == 204, (
        "an existing reaction does not count towards the limit"
    )
