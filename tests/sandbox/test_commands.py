"""Commands: registration, permissions and options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

IMAGINE: dict[str, Any] = {
    "name": "imagine",
    "description": "Draw",
    "options": [
        {"type": 3, "name": "prompt", "description": "What", "required": True, "max_length": 10},
        {"type": 4, "name": "seed", "description": "Which", "min_value": 0, "max_value": 9},
        {"type": 3, "name": "size", "description": "Size", "choices": [{"name": "Small", "value": "s"}]},
        {"type": 11, "name": "image", "description": "Begin with"},
        {"type": 6, "name": "friend", "description": "For whom"},
    ],
}


async def test_an_invalid_definition_is_refused_with_the_path_of_each_error(rest_client: RestClient) -> None:
    late = {"type": 3, "name": "late", "description": "d", "required": True}
    bad = {"name": "Imagine", "description": "x" * 101, "options": [*IMAGINE["options"], late]}
    answer = await rest_client.call("PUT", f"/applications/{rest_client.sandbox.guild_data.bot.id}/commands", [bad])
    assert answer.code == 50035
    errors = answer.body["errors"]["0"]
    assert errors["name"]["_errors"][0]["code"] == "APPLICATION_COMMAND_INVALID_NAME"
    assert errors["description"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"
    assert errors["options"]["5"]["_errors"][0]["code"] == "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"


async def test_a_command_keeps_its_id_when_it_is_registered_again(rest_client: RestClient) -> None:
    (before,) = await rest_client.register(IMAGINE)
    after, _ = await rest_client.register({**IMAGINE, "description": "Draw better"}, {"name": "me", "description": "d"})
    assert after["id"] == before["id"]
    assert after["version"] != before["version"]


async def test_options_arrive_as_discord_sends_them(
    rest_client: RestClient, gateway: GatewayClient, ada: Person, ben: Person
) -> None:
    await rest_client.register(IMAGINE)
    options = {"prompt": "a cat", "seed": 3, "size": "s", "friend": ben.id}
    await ada.invoke("imagine", options, files={"image": b"not really a picture"})
    data = (await gateway.event("INTERACTION_CREATE"))["data"]
    given = {option["name"]: option["value"] for option in data["options"]}
    assert given | {"image": None} == options | {"image": None}
    file = data["resolved"]["attachments"][given["image"]]
    assert (file["filename"], file["size"]) == ("image.png", 20)
    assert await ada.read(file["url"]) == b"not really a picture"
    assert data["resolved"]["users"][ben.id]["username"] == "ben"
    assert "user" not in data["resolved"]["members"][ben.id]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "prompt"),
        ({"prompt": "x" * 11}, "prompt"),
        ({"prompt": "a", "seed": 10}, "seed"),
        ({"prompt": "a", "seed": "3"}, "seed"),
        ({"prompt": "a", "size": "huge"}, "size"),
        ({"prompt": "a", "friend": "1"}, "friend"),
        ({"prompt": "a", "colour": "red"}, "colour"),
    ],
)
async def test_invalid_options_are_refused_before_they_reach_the_bot(
    rest_client: RestClient, ada: Person, options: dict[str, object], name: str
) -> None:
    await rest_client.register(IMAGINE)
    with pytest.raises(PageRefusedError) as refused:
        await ada.invoke("imagine", options)
    assert name in refused.value.body["errors"]["options"]


async def test_a_sub_command_arrives_nested(rest_client: RestClient, gateway: GatewayClient, mo: Person) -> None:
    ban = {"type": 1, "name": "ban", "description": "Ban", "options": [{"type": 6, "name": "who", "description": "w"}]}
    await rest_client.register({"name": "mod", "description": "Moderation", "options": [ban]})
    await mo.invoke("mod ban", {"who": mo.id})
    (option,) = (await gateway.event("INTERACTION_CREATE"))["data"]["options"]
    assert (option["type"], option["name"]) == (1, "ban")
    assert option["options"] == [{"type": 6, "name": "who", "value": mo.id}]


async def test_a_command_for_moderators_is_hidden_from_the_others(
    rest_client: RestClient, ada: Person, mo: Person
) -> None:
    (command,) = await rest_client.register(
        {"name": "clear", "description": "Clear", "default_member_permissions": str(1 << 13)}
    )
    assert await mo.command_id("clear") == command["id"]
    assert (await ada.state())["channels"][0]["commands"] == []
    with pytest.raises(PageRefusedError, match="50013"):
        await ada.call("POST", f"/channels/{ada.channel_id}/commands", {"command_id": command["id"]})


async def test_a_message_command_shows_the_bot_the_content_of_the_message(
    rest_client: RestClient, gateway: GatewayClient, ada: Person, ben: Person
) -> None:
    await rest_client.register({"name": "Report", "type": 3})
    posted = await ben.send_message("words that the bot could not read otherwise")
    await ada.use_menu("Report", posted)
    data = (await gateway.event("INTERACTION_CREATE"))["data"]
    assert data["target_id"] == posted["id"]
    assert data["resolved"]["messages"][posted["id"]]["content"] == posted["content"]
