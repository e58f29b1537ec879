"""Selects, modals and ephemeral messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

REPLY, DEFER, MODAL = 4, 5, 9
EPHEMERAL = 64
OPTIONS = [{"label": name.title(), "value": name} for name in ("a", "b", "c")]
STRING, USER, ROLE, MENTIONABLE, CHANNEL = 3, 5, 6, 7, 8


def select(kind: int = STRING, **rest: object) -> dict[str, Any]:
    options = {"options": OPTIONS} if kind == STRING else {}
    return {"type": 1, "components": [{"type": kind, "custom_id": "pick", **options, **rest}]}


@pytest.mark.parametrize(
    ("row", "path", "code"),
    [
        (select(min_values=2), "min_values", "NUMBER_TYPE_MAX"),
        (select(max_values=4), "options", "BASE_TYPE_BAD_LENGTH"),
        (select(max_values=26), "max_values", "NUMBER_TYPE_MAX"),
        (select(options=[OPTIONS[0]] * 2), "options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
        (
            select(options=[entry | {"default": True} for entry in OPTIONS]),
            "options",
            "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
        ),
        (select(USER, default_values=[{"id": "1", "type": "role"}]), "default_values.0.type", "BASE_TYPE_CHOICES"),
        (select(USER, default_values=[{"id": "1", "type": "user"}] * 2), "default_values", "BASE_TYPE_BAD_LENGTH"),
        (select(CHANNEL, channel_types=["text"]), "channel_types.0", "BASE_TYPE_CHOICES"),
    ],
)
async def test_a_select_that_breaks_a_limit_is_refused(
    rest_client: RestClient, row: dict[str, Any], path: str, code: str
) -> None:
    answer = await rest_client.post({"content": "choose", "components": [row]})
    node = answer.body["errors"]["components"]["0"]["components"]["0"]
    for key in path.split("."):
        node = node[key]
    assert node["_errors"][0]["code"] == code


async def test_a_link_button_accepts_only_web_addresses(rest_client: RestClient) -> None:
    button = {"type": 2, "style": 5, "label": "Go", "url": "javascript:alert(1)"}
    answer = await rest_client.post({"content": "a", "components": [{"type": 1, "components": [button]}]})
    assert "URL_TYPE_INVALID_SCHEME" in str(answer.body)


async def test_a_selection_must_fit_the_select(rest_client: RestClient, gateway: GatewayClient, ada: Person) -> None:
    posted = (await rest_client.post({"content": "?", "components": [select(min_values=1, max_values=2)]})).body
    for wrong in ([], ["a", "b", "c"], ["a", "a"], ["d"]):
        with pytest.raises(PageRefusedError, match="50035"):
            await ada.click(posted, "pick", wrong)
    await ada.choose(posted, "A", "c")
    assert (await gateway.event("INTERACTION_CREATE"))["data"]["values"] == ["a", "c"]


async def test_a_disabled_select_cannot_be_used(rest_client: RestClient, ada: Person) -> None:
    posted = (await rest_client.post({"content": "?", "components": [select(disabled=True)]})).body
    with pytest.raises(PageRefusedError, match="does not exist or is disabled"):
        await ada.choose(posted, "a")


async def test_selects_of_people_roles_and_channels_resolve_what_was_chosen(
    rest_client: RestClient, gateway: GatewayClient, ada: Person, ben: Person
) -> None:
    role = next(str(role.id) for role in rest_client.sandbox.guild_data.roles.values() if role.name == "Artist")
    for kind, value, found in (
        (USER, ben.id, "users"),
        (ROLE, role, "roles"),
        (MENTIONABLE, role, "roles"),
        (CHANNEL, ada.channel_id, "channels"),
    ):
        posted = (await rest_client.post({"content": "?", "components": [select(kind)]})).body
        await ada.choose(posted, value)
        data = (await gateway.event("INTERACTION_CREATE"))["data"]
        assert data["values"] == [value]
        assert set(data["resolved"]) == {found, "members"} - ({"members"} if found != "users" else set())
    thread = await ada.start_thread("Ideas")
    posted = (await rest_client.post({"content": "?", "components": [select(CHANNEL, channel_types=[0])]})).body
    with pytest.raises(PageRefusedError, match="CHANNEL_TYPE_INVALID"):
        await ada.choose(posted, thread.channel_id)


def modal(*fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "custom_id": "form",
        "title": "Form",
        "components": [{"type": 1, "components": [entry]} for entry in fields],
    }


def field(**rest: object) -> dict[str, Any]:
    return {"type": 4, "custom_id": "words", "style": 1, "label": "Words", **rest}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (modal(), "BASE_TYPE_BAD_LENGTH"),
        (modal(field(label="x" * 46)), "BASE_TYPE_BAD_LENGTH"),
        (modal(field(style=3)), "BASE_TYPE_CHOICES"),
        (modal(field(min_length=5, max_length=4)), "NUMBER_TYPE_MAX"),
        (modal(field(max_length=4001)), "NUMBER_TYPE_MAX"),
        (modal(field(value="too long", max_length=3)), "BASE_TYPE_MAX_LENGTH"),
        (modal(field(value="ab", min_length=3)), "BASE_TYPE_BAD_LENGTH"),
        (modal(field(), field()), "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (modal({"type": 3, "custom_id": "pick", "label": "Pick", "options": OPTIONS}), "BASE_TYPE_CHOICES"),
    ],
)
async def test_a_modal_that_breaks_a_limit_is_refused(
    rest_client: RestClient, interaction: dict[str, Any], bad: object, code: str
) -> None:
    answer = await rest_client.callback(interaction, MODAL, bad)
    assert answer.code == 50035
    assert code in str(answer.body["errors"])


async def test_a_form_is_filled_in_within_its_limits(
    rest_client: RestClient, gateway: GatewayClient, interaction: dict[str, Any], ada: Person
) -> None:
    pick = {"type": 3, "custom_id": "pick", "options": OPTIONS, "required": False}
    form = modal(field(value="a cat", min_length=3, max_length=9), field(custom_id="more", required=False))
    form["components"].append({"type": 18, "label": "Pick", "component": pick})
    await rest_client.callback(interaction, MODAL, form)
    for wrong in ({"words": ""}, {"words": "ab"}, {"words": "x" * 10}, {"pick": ["d"]}, {"other": "x"}):
        with pytest.raises(PageRefusedError, match="50035"):
            await ada.submit(interaction["id"], wrong)
    opened = await ada.modal(interaction["id"])
    assert [(entry["label"], entry["required"]) for entry in opened["components"]] == [
        ("Words", True),
        ("Words", False),
        ("Pick", False),
    ]
    await ada.submit(interaction["id"], {"pick": ["b"]})
    first, second, third = (await gateway.event("INTERACTION_CREATE"))["data"]["components"]
    assert first["components"][0]["value"] == "a cat", "the initial value is submitted"
    assert second["components"][0]["value"] == ""
    assert third["component"]["values"] == ["b"]


async def test_a_modal_opens_from_a_menu_and_from_a_button(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    await rest_client.register({"name": "Describe", "type": 3})
    posted = await ada.send_message("a picture")
    asked = await ada.use_menu("Describe", posted)
    await rest_client.callback(await gateway.event("INTERACTION_CREATE"), MODAL, modal(field()))
    await ada.submit(asked, {"words": "red"})
    submitted = await gateway.event("INTERACTION_CREATE")
    assert "message" not in submitted
    assert (await rest_client.callback(submitted, 6)).code == 50035, "there is no message to update"
    await rest_client.callback(submitted, REPLY, {"content": "thanks"})

    button = {"type": 2, "style": 1, "label": "Edit", "custom_id": "edit"}
    posted = (await rest_client.post({"content": "one", "components": [{"type": 1, "components": [button]}]})).body
    pressed = await ada.press(posted, "Edit")
    await rest_client.callback(await gateway.event("INTERACTION_CREATE"), MODAL, modal(field()))
    await ada.submit(pressed, {"words": "two"})
    submitted = await gateway.event("INTERACTION_CREATE")
    assert submitted["message"]["id"] == posted["id"]
    await rest_client.callback(submitted, 7, {"content": "two", "components": []})
    assert [message["content"] for message in await ada.messages()] == ["a picture", "thanks", "two"]


async def test_ephemeral_follow_ups_are_edited_and_deleted_by_the_token_alone(
    rest_client: RestClient, interaction: dict[str, Any], ada: Person, ben: Person
) -> None:
    await rest_client.callback(interaction, DEFER)
    await rest_client.call("POST", rest_client.webhook(interaction), {"content": "for all"})
    secret = (
        await rest_client.call("POST", rest_client.webhook(interaction), {"content": "psst", "flags": EPHEMERAL})
    ).body
    assert secret["flags"] == EPHEMERAL
    path = rest_client.webhook(interaction, f"/messages/{secret['id']}")
    assert (await rest_client.call("PATCH", path, {"content": "psst!"})).status == 200
    assert (await rest_client.call("DELETE", f"{rest_client.messages}/{secret['id']}")).code == 10008
    assert (await rest_client.call("PUT", f"{rest_client.messages}/{secret['id']}/reactions/⭐/@me")).code == 10008
    assert (
        await rest_client.call("POST", f"{rest_client.messages}/{secret['id']}/threads", {"name": "no"})
    ).code == 10008
    assert [message["content"] for message in await ada.messages()] == ["for all", "psst!"]
    assert [message["content"] for message in await ben.messages()] == ["for all"]
    assert (await rest_client.call("DELETE", path)).status == 204
    assert [message["content"] for message in await ada.messages()] == ["for all"]
    assert (await rest_client.call("PATCH", path, {"content": "gone"})).code == 10008


async def test_who_reacted_is_listed_in_pages(
    rest_client: RestClient, ada: Person, ben: Person, chiyo: Person, mo: Person
) -> None:
    posted = await ada.send_message("vote")
    for person in (mo, chiyo, ben, ada):
        await person.react(posted, "⭐")
    path = f"{rest_client.messages}/{posted['id']}/reactions/⭐"
    first = (await rest_client.call("GET", f"{path}?limit=3")).body
    rest = (await rest_client.call("GET", f"{path}?limit=3&after={first[-1]['id']}")).body
    assert [user["id"] for user in first + rest] == sorted([ada.id, ben.id, chiyo.id, mo.id], key=int)
    assert (await rest_client.call("GET", f"{path}?limit=101")).code == 50035
    assert (await rest_client.call("DELETE", f"{path}/{ada.id}")).code == 50013, (
        "removing the reaction of another member needs Manage Messages"
    )
