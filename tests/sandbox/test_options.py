"""Command definitions and options: nesting, limits, translations and resolved objects."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person


def option(kind: int, name: str = "x", **rest: object) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "d", **rest}


def command(*options: dict[str, Any], **rest: object) -> dict[str, Any]:
    return {"name": "mod", "description": "d", "options": list(options), **rest}


SUB, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8, 10
DEEP = command(
    option(
        GROUP,
        "settings",
        options=[
            option(
                SUB,
                "channel",
                options=[
                    option(CHANNEL, "where", channel_types=[0], required=True),
                    option(STRING, "style", autocomplete=True),
                    option(INTEGER, "size", autocomplete=True),
                ],
            )
        ],
    )
)


@pytest.mark.parametrize(
    ("bad", "path", "code"),
    [
        (command(option(SUB), option(STRING, "y")), "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        (command(option(SUB, options=[option(SUB)])), "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        (command(option(GROUP, options=[option(STRING)])), "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        (command(option(INTEGER, min_value=3, max_value=2)), "options.0.min_value", "NUMBER_TYPE_MAX"),
        (command(option(INTEGER, max_value=2**53)), "options.0.max_value", "NUMBER_TYPE_RANGE"),
        (
            command(option(INTEGER, choices=[{"name": "a", "value": 1.5}])),
            "options.0.choices.0.value",
            "NUMBER_TYPE_COERCE",
        ),
        (command(option(STRING, min_length=3, max_length=2)), "options.0.min_length", "NUMBER_TYPE_MAX"),
        (command(option(CHANNEL, channel_types=[99])), "options.0.channel_types.0", "BASE_TYPE_CHOICES"),
        (command(name_localizations={"de": "Bild"}), "name_localizations.de", "APPLICATION_COMMAND_INVALID_NAME"),
        (command(name_localizations={"xx": "bild"}), "name_localizations.xx", "BASE_TYPE_CHOICES"),
        (command(description_localizations={"de": "x" * 101}), "description_localizations.de", "BASE_TYPE_BAD_LENGTH"),
        (
            command(
                *[
                    option(STRING, f"o{n}", choices=[{"name": "n" * 90, "value": f"{c}" + "v" * 90} for c in range(9)])
                    for n in range(5)
                ]
            ),
            "",
            "APPLICATION_COMMAND_TOO_LARGE",
        ),
    ],
)
async def test_a_definition_is_checked_to_its_depth(
    rest_client: RestClient, bad: dict[str, Any], path: str, code: str
) -> None:
    answer = await rest_client.call("POST", f"/applications/{rest_client.sandbox.guild_data.bot.id}/commands", bad)
    node = answer.body["errors"]
    for key in filter(None, path.split(".")):
        node = node[key]
    assert node["_errors"][0]["code"] == code


async def test_translations_are_stored_and_listed_only_on_request(rest_client: RestClient, chiyo: Person) -> None:
    await rest_client.register({"name": "picture", "description": "d", "name_localizations": {"de": "bild"}})
    base = f"/applications/{rest_client.sandbox.guild_data.bot.id}/commands"
    (plain,) = (await rest_client.call("GET", base)).body
    assert "name_localizations" not in plain
    (german,) = (await rest_client.call("GET", base, headers={"X-Discord-Locale": "de"})).body
    assert german["name_localized"] == "bild"
    (full,) = (await rest_client.call("GET", base + "?with_localizations=true")).body
    assert full["name_localizations"] == {"de": "bild"}
    assert (await chiyo.commands())["picture"]["name_localizations"] == {"de": "bild"}


async def test_a_command_in_a_group_arrives_with_what_it_resolves_to(
    rest_client: RestClient, gateway: GatewayClient, mo: Person
) -> None:
    await rest_client.register(DEEP)
    log = (await mo.in_channel("mod-log")).channel_id
    await mo.invoke("mod settings channel", {"where": log})
    data = (await gateway.event("INTERACTION_CREATE"))["data"]
    assert data["options"][0]["options"][0]["options"] == [{"type": CHANNEL, "name": "where", "value": log}]
    channel = data["resolved"]["channels"][log]
    assert (channel["name"], channel["type"]) == ("mod-log", 0)
    assert int(channel["permissions"]) & (1 << 13)


async def test_a_channel_must_be_seen_and_of_a_type_that_fits(rest_client: RestClient, ada: Person, mo: Person) -> None:
    await rest_client.register(DEEP)
    log = (await mo.in_channel("mod-log")).channel_id
    thread = (await ada.start_thread("Ideas")).channel_id
    for channel_id in (log, thread, ada.id):
        with pytest.raises(PageRefusedError, match="where"):
            await ada.invoke("mod settings channel", {"where": channel_id})


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [(BOOLEAN, True, "true"), (NUMBER, 2.5, "2.5"), (INTEGER, 2, 2.5), (INTEGER, 2**53 - 1, 2**53), (ROLE, None, "1")],
)
async def test_every_option_type_accepts_only_its_own_values(
    rest_client: RestClient, gateway: GatewayClient, ada: Person, kind: int, good: object, bad: object
) -> None:
    await rest_client.register(command(option(kind)))
    role = next(str(role.id) for role in rest_client.sandbox.guild_data.roles.values() if role.name == "Artist")
    value = role if good is None else good
    await ada.invoke("mod", {"x": value})
    data = (await gateway.event("INTERACTION_CREATE"))["data"]
    assert data["options"] == [{"type": kind, "name": "x", "value": value}]
    assert (kind == ROLE) == (role in data.get("resolved", {}).get("roles", {}))
    with pytest.raises(PageRefusedError, match="50035"):
        await ada.invoke("mod", {"x": bad})


async def test_a_resolved_member_has_permissions(
    rest_client: RestClient, gateway: GatewayClient, ada: Person, mo: Person
) -> None:
    await rest_client.register({"name": "Inspect", "type": 2})
    await ada.use_menu("Inspect", mo)
    data = (await gateway.event("INTERACTION_CREATE"))["data"]
    member = data["resolved"]["members"][mo.id]
    assert data["target_id"] == mo.id
    assert int(member["permissions"]) & (1 << 13)
    assert not {"user", "deaf", "mute"} & set(member)


async def test_options_in_groups_are_completed_with_values_of_their_type(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    await rest_client.register(DEEP)
    refused: list[int] = []

    async def answer() -> None:
        asked = await gateway.event("INTERACTION_CREATE")
        inner = asked["data"]["options"][0]["options"][0]["options"]
        assert inner[-1] == {"type": INTEGER, "name": "size", "value": "2", "focused": True}
        refused.append((await rest_client.callback(asked, 8, {"choices": [{"name": "Large", "value": "256"}]})).code)
        await rest_client.callback(asked, 8, {"choices": [{"name": "Large", "value": 256}]})

    answering = asyncio.create_task(answer())
    assert await ada.complete("mod settings channel", "size", "2") == [{"name": "Large", "value": 256}]
    await answering
    assert refused == [50035]
    with pytest.raises(PageRefusedError, match="no such option with autocomplete"):
        await ada.complete("mod settings channel", "where", "mod")


async def test_an_age_restricted_command_is_offered_only_in_age_restricted_channels(
    rest_client: RestClient, ada: Person
) -> None:
    await rest_client.register(command(nsfw=True))
    late = await ada.in_channel("late-night")
    assert "mod" not in await ada.commands()
    assert "mod" in await late.commands()
    inside = await late.start_thread("Later still")
    assert "mod" in await inside.commands(), "a thread has the age restriction of its channel"
