"""Interactions: 3 seconds to acknowledge, 15 minutes for the token, and who can read the responses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.sandbox.conftest import drain_events

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
EPHEMERAL, LOADING = 64, 128
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}


async def test_an_acknowledgement_after_three_seconds_is_refused(
    rest_client: RestClient, interaction: dict[str, Any], clock: ManualClock, ada: Person
) -> None:
    await clock.advance(3.1)
    answer = await rest_client.callback(interaction, DEFER)
    assert (answer.status, answer.code) == (404, 10062)
    assert (await ada.outcome(interaction["id"]))["state"] == "failed"


async def test_an_acknowledgement_within_three_seconds_is_accepted(
    rest_client: RestClient, interaction: dict[str, Any], clock: ManualClock
) -> None:
    await clock.advance(2.9)
    answer = await rest_client.callback(interaction, DEFER)
    assert answer.status == 200
    assert answer.body["interaction"]["response_message_loading"] is True


async def test_an_interaction_is_acknowledged_once(rest_client: RestClient, interaction: dict[str, Any]) -> None:
    assert (await rest_client.callback(interaction, DEFER)).status == 200
    repeated = await rest_client.callback(interaction, REPLY, {"content": "again"})
    assert (repeated.status, repeated.code) == (400, 40060)


async def test_a_wrong_token_answers_nothing(rest_client: RestClient, interaction: dict[str, Any]) -> None:
    answer = await rest_client.callback({**interaction, "token": "guessed"}, DEFER)
    assert (answer.status, answer.code) == (404, 10062)


async def test_the_token_expires_after_fifteen_minutes(
    rest_client: RestClient, interaction: dict[str, Any], clock: ManualClock
) -> None:
    await rest_client.callback(interaction, REPLY, {"content": "queued"})
    await clock.advance(14 * 60)
    edit = await rest_client.call(
        "PATCH", rest_client.webhook(interaction, "/messages/@original"), {"content": "running"}
    )
    assert edit.status == 200
    await clock.advance(61)
    edit = await rest_client.call("PATCH", rest_client.webhook(interaction, "/messages/@original"), {"content": "done"})
    assert (edit.status, edit.code) == (401, 50027)
    (message_id,) = rest_client.sandbox.guild_data.messages[rest_client.channel.id]
    edit = await rest_client.call("PATCH", f"{rest_client.messages}/{message_id}", {"content": "done"})
    assert edit.status == 200, "the bot's own token still works"


async def test_the_original_answer_is_read_edited_and_deleted_by_the_token(
    rest_client: RestClient, interaction: dict[str, Any], ada: Person
) -> None:
    await rest_client.callback(interaction, REPLY, {"content": "queued"})
    original = rest_client.webhook(interaction, "/messages/@original")
    stranger = {"Authorization": "none"}
    assert (await rest_client.call("PATCH", original, {"content": "done"}, headers=stranger)).body["content"] == "done"
    assert (await rest_client.call("GET", original, headers=stranger)).body["content"] == "done"
    assert (await rest_client.call("DELETE", original, headers=stranger)).status == 204
    assert await ada.messages() == []
    assert (await rest_client.call("GET", original)).code == 10008


async def test_there_is_no_follow_up_before_the_acknowledgement(
    rest_client: RestClient, interaction: dict[str, Any]
) -> None:
    answer = await rest_client.call("POST", rest_client.webhook(interaction), {"content": "early"})
    assert (answer.status, answer.code) == (404, 10015)


async def test_a_command_cannot_be_answered_as_if_it_were_a_button(
    rest_client: RestClient, interaction: dict[str, Any]
) -> None:
    answer = await rest_client.callback(interaction, UPDATE, {"content": "no"})
    assert answer.code == 50035
    assert answer.body["errors"]["type"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"


async def test_the_first_follow_up_replaces_is_thinking_and_stays_ephemeral(
    rest_client: RestClient, interaction: dict[str, Any], ada: Person, ben: Person
) -> None:
    deferred = await rest_client.callback(interaction, DEFER, {"flags": EPHEMERAL})
    assert [message["flags"] for message in await ada.messages()] == [EPHEMERAL | LOADING]
    followed = await rest_client.call("POST", rest_client.webhook(interaction), {"content": "for you"})
    assert followed.body["id"] == deferred.body["interaction"]["response_message_id"]
    assert [message["content"] for message in await ada.messages()] == ["for you"]
    assert await ben.messages() == []


async def test_an_ephemeral_message_is_reached_only_by_the_token(
    rest_client: RestClient, interaction: dict[str, Any], ada: Person
) -> None:
    answer = await rest_client.callback(interaction, REPLY, {"content": "secret", "flags": EPHEMERAL})
    message_id = answer.body["interaction"]["response_message_id"]
    assert (await rest_client.call("GET", f"{rest_client.messages}/{message_id}")).code == 10008
    assert (await rest_client.call("PATCH", f"{rest_client.messages}/{message_id}", {"content": "x"})).code == 10008
    assert (await rest_client.call("GET", rest_client.messages)).body == []
    assert (await rest_client.call("GET", rest_client.webhook(interaction, "/messages/@original"))).body[
        "content"
    ] == "secret"


async def test_a_token_edits_only_its_own_messages(rest_client: RestClient, interaction: dict[str, Any]) -> None:
    await rest_client.callback(interaction, REPLY, {"content": "mine"})
    other = await rest_client.post({"content": "not of this interaction"})
    edit = await rest_client.call(
        "PATCH", rest_client.webhook(interaction, f"/messages/{other.body['id']}"), {"content": "x"}
    )
    assert edit.code == 10008


async def test_a_click_can_be_acknowledged_and_its_message_updated(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    posted = (await rest_client.post({"content": "one", "components": [BUTTON]})).body
    await ada.click(posted, "again")
    click = await gateway.event("INTERACTION_CREATE")
    assert (click["type"], click["data"]["custom_id"]) == (3, "again")
    assert click["message"]["id"] == posted["id"]
    assert click["member"]["user"]["username"] == "ada"
    await rest_client.callback(click, UPDATE, {"content": "two", "components": []})
    (message,) = await ada.messages()
    assert (message["content"], message["components"]) == ("two", [])


async def test_a_deferred_update_edits_the_message_that_was_clicked(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    posted = (await rest_client.post({"content": "one", "components": [BUTTON]})).body
    await ada.click(posted, "again")
    click = await gateway.event("INTERACTION_CREATE")
    await rest_client.callback(click, DEFER_UPDATE)
    await rest_client.call("PATCH", rest_client.webhook(click, "/messages/@original"), {"content": "two"})
    assert [message["content"] for message in await ada.messages()] == ["two"]


async def test_the_values_of_a_modal_arrive_as_discord_sends_them(
    rest_client: RestClient, gateway: GatewayClient, interaction: dict[str, Any], ada: Person
) -> None:
    field = {"type": 4, "custom_id": "prompt", "style": 2, "label": "Prompt", "min_length": 3}
    modal = {"custom_id": "edit", "title": "Edit", "components": [{"type": 1, "components": [field]}]}
    assert (await rest_client.callback(interaction, MODAL, modal)).status == 200
    await ada.submit(interaction["id"], {"prompt": "a cat"})
    submitted = await gateway.event("INTERACTION_CREATE")
    assert submitted["type"] == 5
    (row,) = submitted["data"]["components"]
    assert row["type"] == 1
    assert row["components"][0]["value"] == "a cat"


async def test_autocomplete_choices_reach_the_member(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    option = {"type": 3, "name": "style", "description": "A style", "autocomplete": True}
    await rest_client.register({"name": "draw", "description": "Draw", "options": [option]})

    async def answer() -> None:
        asked = await gateway.event("INTERACTION_CREATE")
        assert asked["type"] == 4
        assert asked["data"]["options"] == [{"type": 3, "name": "style", "value": "wo", "focused": True}]
        await rest_client.callback(asked, CHOICES, {"choices": [{"name": "Woodcut", "value": "woodcut"}]})

    answering = asyncio.create_task(answer())
    assert await ada.complete("draw", "style", "wo") == [{"name": "Woodcut", "value": "woodcut"}]
    await answering


async def test_an_unanswered_click_fails_for_the_one_who_clicked(
    rest_client: RestClient, clock: ManualClock, ada: Person
) -> None:
    posted = (await rest_client.post({"content": "one", "components": [BUTTON]})).body
    click = await ada.click(posted, "again")
    await clock.advance(3.1)
    await drain_events()
    assert (await ada.outcome(click))["state"] == "failed"
