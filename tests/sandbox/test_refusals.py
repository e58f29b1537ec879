"""What Discord refuses of polls, forwards, Components V2, forums, emoji, bans and timeouts, each with its code."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.administrator import control, sandbox
from tests.sandbox.conftest import RestClient
from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from tests.sandbox.control import Control
    from tests.sandbox.person import Person

__all__ = ["control", "sandbox"]

TEXT, BUTTON, SECTION, FILE, ROW = 10, 2, 9, 13, 1
V2 = 1 << 15
THREAD = {"name": "slow", "type": 11}
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


def poll(*answers: str, **fields: Any) -> dict[str, Any]:
    listed = [{"poll_media": {"text": answer}} for answer in answers]
    return {"poll": {"question": {"text": "Which?"}, "answers": listed, **fields}}


def text(content: str, **fields: Any) -> dict[str, Any]:
    return {"type": TEXT, "content": content, **fields}


@pytest.fixture
def guild(sandbox: Sandbox) -> str:
    """The guild's path."""
    return f"/guilds/{sandbox.guild_data.guild.id}"


async def made(rest_client: RestClient, guild: str, kind: int, **fields: Any) -> str:
    """The path of a new channel of a type."""
    answer = await rest_client.call("POST", f"{guild}/channels", {"name": "fresh", "type": kind, **fields})
    return f"/channels/{answer.body['id']}"


# --- messages


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (poll(), "poll"),
        (poll(*"abcdefghijk"), "poll"),
        (poll("x" * 56), "poll"),
        (poll("a", duration=769), "poll"),
        ({"flags": V2, "components": [text("a")], "content": "b"}, "content"),
        ({"flags": V2, "components": [text("a")], **poll("a")}, "poll"),
        ({"flags": V2, "components": []}, "components"),
        ({"flags": V2, "components": [text(str(number)) for number in range(41)]}, "components"),
        ({"flags": V2, "components": [text("x" * 2001), text("x" * 2000)]}, "components"),
        ({"flags": V2, "components": [text("a", id=3), text("b", id=3)]}, "components"),
        ({"flags": V2, "components": [{"type": SECTION, "components": [text("no accessory")]}]}, "components"),
        ({"flags": V2, "components": [{"type": FILE, "file": {"url": "https://example.org/a"}}]}, "components"),
        ({"components": [text("without the flag")]}, "components"),
        ({"message_reference": {"type": 1, "message_id": "1"}}, "message_reference"),
        ({"message_reference": {"type": 2, "message_id": "1"}}, "message_reference"),
    ],
)
async def test_a_message_that_breaks_the_rules_is_50035(
    rest_client: RestClient, body: dict[str, Any], field: str
) -> None:
    refused = await rest_client.post(body)
    assert (refused.status, refused.code, list(refused.body["errors"])) == (400, 50035, [field])
    assert rest_client.sandbox.guild_data.messages == {}


async def test_the_longest_message_of_components_v2_is_accepted(rest_client: RestClient) -> None:
    components = [text("x" * 3962, id=7), *(text("y") for _ in range(38)), {"type": ROW, "components": []}]
    components[-1]["components"] = [{"type": BUTTON, "style": 2, "label": "a", "custom_id": "a"}]
    refused = await rest_client.post({"flags": V2, "components": components})
    assert refused.code == 50035, "the button is the 41st"
    answer = await rest_client.post({"flags": V2, "components": components[1:]})
    numbers = [component["id"] for component in answer.body["components"]]
    assert (answer.status, len(set(numbers))) == (200, 39)


async def test_a_poll_cannot_be_changed_and_ends_once(rest_client: RestClient, control: Control) -> None:
    message = (await rest_client.post(poll("a", "b", allow_multiselect=True))).body
    path = f"/channels/{message['channel_id']}/polls/{message['id']}"
    assert (await rest_client.call("PATCH", f"{rest_client.messages}/{message['id']}", {"content": "x"})).code == 520003
    for number in (1, 2):
        await control.vote(message["channel_id"], message["id"], number, "ada")
    await control.unvote(message["channel_id"], message["id"], 2, "ada")
    counts = [(await rest_client.call("GET", f"{path}/answers/{number}")).body["users"] for number in (1, 2)]
    assert [len(users) for users in counts] == [1, 0]
    assert (await rest_client.call("GET", f"{path}/answers/3")).code == 50035
    assert (await rest_client.call("POST", f"{path}/expire")).body["poll"]["results"]["is_finalized"] is True
    assert (await rest_client.call("POST", f"{path}/expire")).code == 520001
    plain = (await rest_client.post({"content": "no poll"})).body
    assert (
        await rest_client.call("POST", f"/channels/{plain['channel_id']}/polls/{plain['id']}/expire")
    ).code == 520006


async def test_a_poll_runs_out(rest_client: RestClient, clock: ManualClock) -> None:
    message = (await rest_client.post(poll("a", duration=2))).body
    lost = (await rest_client.post(poll("b", duration=1))).body
    await rest_client.call("DELETE", f"{rest_client.messages}/{lost['id']}")
    await clock.advance(2 * 3600)
    listed = (await rest_client.call("GET", rest_client.messages)).body
    assert [one["type"] for one in listed] == [46, 0], "a deleted poll has no result"
    assert listed[0]["message_reference"]["message_id"] == message["id"]
    assert listed[1]["poll"]["results"]["is_finalized"] is True


async def test_a_poll_that_was_ended_does_not_run_out_again(rest_client: RestClient, clock: ManualClock) -> None:
    message = (await rest_client.post(poll("a", duration=2))).body
    await rest_client.call("POST", f"/channels/{message['channel_id']}/polls/{message['id']}/expire")
    await clock.advance(2 * 3600)
    assert [one["type"] for one in (await rest_client.call("GET", rest_client.messages)).body] == [46, 0]


async def test_a_forward_needs_a_message_that_can_be_read(
    rest_client: RestClient, ada: Person, sandbox: Sandbox, clock: ManualClock
) -> None:
    def forward(channel_id: str, message_id: str) -> dict[str, Any]:
        return {"message_reference": {"type": 1, "channel_id": channel_id, "message_id": message_id}}

    assert (await rest_client.post(forward(ada.channel_id, "1"))).code == 10008
    assert (await rest_client.post(forward("1", "1"))).code == 10003
    voted = (await rest_client.post(poll("a"))).body
    assert (await rest_client.post(forward(voted["channel_id"], voted["id"]))).code == 50021
    posted = await ada.send_message("secret")
    sandbox.state.message_content = False
    refused = await rest_client.post(forward(ada.channel_id, posted["id"]))
    assert (refused.status, refused.code) == (400, 160011)


# --- channels


async def test_slow_mode_makes_members_wait_and_not_moderators_or_the_bot(
    rest_client: RestClient, ada: Person, ben: Person, mo: Person, clock: ManualClock
) -> None:
    await rest_client.call("PATCH", f"/channels/{ada.channel_id}", {"rate_limit_per_user": 30})
    posted = await ada.send_message("one")
    with pytest.raises(PageRefusedError, match="20016"):
        await ada.send_message("two")
    await ada.start_thread("about it", posted)
    with pytest.raises(PageRefusedError, match="20016"):
        await ada.start_thread("and more")
    await ben.send_message("his own wait")
    for _ in range(2):
        await mo.send_message("order")
        assert (await rest_client.post({"content": "pictures"})).status == 200
    await clock.advance(30)
    await ada.send_message("two")


async def test_a_new_thread_takes_the_slow_mode_that_its_channel_gives(rest_client: RestClient, ada: Person) -> None:
    await rest_client.call("PATCH", f"/channels/{ada.channel_id}", {"default_thread_rate_limit_per_user": 20})
    there = ada.at((await rest_client.call("POST", f"/channels/{ada.channel_id}/threads", THREAD)).body["id"])
    await there.send_message("one")
    with pytest.raises(PageRefusedError, match="20016"):
        await there.send_message("two")


async def test_a_forum_refuses_unknown_tags_and_empty_posts(rest_client: RestClient, guild: str) -> None:
    tags = [{"name": "Staff", "moderated": True}]
    forum = await made(rest_client, guild, 15, available_tags=tags)
    tag = (await rest_client.call("GET", forum)).body["available_tags"][0]
    assert tag["moderated"] is True
    body = {"name": "Post", "message": {"content": "hello"}}
    unknown = await rest_client.call("POST", f"{forum}/threads", body | {"applied_tags": ["1"]})
    assert (unknown.code, list(unknown.body["errors"])) == (50035, ["applied_tags"])
    assert (await rest_client.call("POST", f"{forum}/threads", body | {"message": {"content": ""}})).code == 50006
    assert (await rest_client.call("POST", f"{forum}/threads", {"name": "Post"})).code == 50035
    assert rest_client.sandbox.guild_data.threads == {}, "a refused post leaves no thread"
    posted = await rest_client.call("POST", f"{forum}/threads", body | {"applied_tags": [tag["id"]]})
    assert (posted.status, posted.body["applied_tags"]) == (201, [tag["id"]])


async def test_threads_and_crossposts_need_the_right_channel(rest_client: RestClient, guild: str) -> None:
    voice, news = await made(rest_client, guild, 2), await made(rest_client, guild, 5)
    for path, kind in ((voice, 11), (news, 12), (news, 11), (f"/channels/{rest_client.channel.id}", 10)):
        assert (await rest_client.call("POST", f"{path}/threads", {"name": "t", "type": kind})).code == 50024, kind
    assert (await rest_client.call("POST", f"{news}/threads", {"name": "t", "type": 10})).body["type"] == 10
    plain = (await rest_client.post({"content": "x"})).body["id"]
    assert (await rest_client.call("POST", f"{rest_client.messages}/{plain}/crosspost")).code == 50024
    posted = (await rest_client.call("POST", f"{news}/messages", {"content": "x"})).body["id"]
    path = f"{news}/messages/{posted}/crosspost"
    assert [(await rest_client.call("POST", path)).status for _ in range(2)] == [200, 400]


async def test_a_webhook_writes_in_threads_of_its_channel_only(rest_client: RestClient, guild: str) -> None:
    forum, other = await made(rest_client, guild, 15), f"/channels/{rest_client.channel.id}"
    webhook = (await rest_client.call("POST", f"{forum}/webhooks", {"name": "Relay"})).body
    path = f"/webhooks/{webhook['id']}/{webhook['token']}"
    post = (await rest_client.call("POST", f"{forum}/threads", {"name": "a", "message": {"content": "a"}})).body
    elsewhere = (await rest_client.call("POST", f"{other}/threads", {"name": "b", "type": 11})).body
    assert (await rest_client.call("POST", path, {"content": "x"})).code == 220001
    assert (await rest_client.call("POST", f"{path}?thread_id={elsewhere['id']}", {"content": "x"})).code == 10003
    said = await rest_client.call("POST", f"{path}?wait=1&thread_id={post['id']}", {"content": "x"})
    assert said.body["channel_id"] == post["id"]
    one = f"{path}/messages/{said.body['id']}"
    assert (await rest_client.call("GET", one)).code == 10008
    assert (await rest_client.call("GET", f"{one}?thread_id={post['id']}")).status == 200


# --- emoji and members


async def test_an_emoji_needs_a_name_and_a_small_picture(rest_client: RestClient, guild: str) -> None:
    large = "data:image/png;base64," + base64.b64encode(bytes(256 * 1024 + 1)).decode()
    for body, field in (
        ({"name": "no spaces", "image": PNG}, "name"),
        ({"name": "fine", "image": "https://example.org/a.png"}, "image"),
        ({"name": "fine", "image": large}, "image"),
    ):
        refused = await rest_client.call("POST", f"{guild}/emojis", body)
        assert (refused.code, list(refused.body["errors"])) == (50035, [field])
    for number in range(50):
        assert (await rest_client.call("POST", f"{guild}/emojis", {"name": f"e{number}", "image": PNG})).status == 201
    assert (await rest_client.call("POST", f"{guild}/emojis", {"name": "more", "image": PNG})).code == 30008
    assert (await rest_client.call("PUT", f"{rest_client.messages}/1/reactions/e0:1/@me")).code == 10008


async def test_bans_and_kicks_know_whom_they_can_reach(
    rest_client: RestClient, guild: str, sandbox: Sandbox, ada: Person, mo: Person
) -> None:
    bans = f"{guild}/bans"
    owner = sandbox.guild_data.guild.owner_id
    for method, path, body, code in (
        ("PUT", f"{bans}/1", {}, 10013),
        ("PUT", f"{bans}/{owner}", {}, 50013),
        ("PUT", f"{bans}/{mo.id}", {}, 50013),
        ("PUT", f"{bans}/{ada.id}", {"delete_message_seconds": 604_801}, 50035),
        ("DELETE", f"{bans}/{ada.id}", None, 10026),
        ("POST", f"{guild}/bulk-ban", {"user_ids": [str(owner)]}, 500000),
        ("DELETE", f"{guild}/members/{owner}", None, 50013),
        ("DELETE", f"{guild}/members/1", None, 10007),
        ("PATCH", f"{guild}/members/{mo.id}", {"nick": "x"}, 50013),
    ):
        assert (await rest_client.call(method, path, body)).code == code, (method, path)
    assert sandbox.guild_data.bans == {}


async def test_who_is_timed_out_reads_but_does_not_write(
    rest_client: RestClient, guild: str, clock: ManualClock, ben: Person
) -> None:
    path = f"{guild}/members/{ben.id}"
    key = "communication_disabled_until"
    late, soon = (dt.datetime.fromtimestamp(clock.time() + days * 86400, dt.UTC).isoformat() for days in (29, 1))
    assert (await rest_client.call("PATCH", path, {key: late})).code == 50035
    assert (await rest_client.call("PATCH", path, {key: soon})).body[key] is not None
    with pytest.raises(PageRefusedError):
        await ben.send_message("let me speak")
    assert await ben.messages() == []
    await clock.advance(86401)
    await ben.send_message("at last")


async def test_who_was_kicked_sees_nothing_and_what_they_wrote_stays(
    rest_client: RestClient, guild: str, ben: Person, ada: Person
) -> None:
    posted = await ben.send_message("farewell")
    await ada.react(posted, "👋")
    assert (await rest_client.call("DELETE", f"{guild}/members/{ben.id}")).status == 204
    with pytest.raises(PageRefusedError):
        await ben.send_message("still here?")
    left = await rest_client.call("GET", f"{rest_client.messages}/{posted['id']}")
    assert (left.body["author"]["username"], left.body["content"]) == ("ben", "farewell")
    assert (await rest_client.call("GET", f"{guild}/members/{ben.id}")).code == 10007
    counts = (await rest_client.call("GET", f"{guild}/roles/member-counts")).body
    assert sum(counts.values()) == 5


async def test_polls_bans_and_emoji_need_their_permissions(clock: ManualClock) -> None:
    async with Sandbox(clock=clock) as plain, aiohttp.ClientSession() as session:
        rest_client = RestClient(plain, session)
        guild, user = f"/guilds/{plain.guild_data.guild.id}", next(iter(plain.guild_data.members))
        for method, path, body in (
            ("GET", f"{guild}/bans", None),
            ("PUT", f"{guild}/bans/{user}", {}),
            ("POST", f"{guild}/bulk-ban", {"user_ids": [str(user)]}),
            ("DELETE", f"{guild}/members/{user}", None),
            ("PATCH", f"{guild}/members/{user}", {"nick": "x"}),
            ("POST", f"{guild}/emojis", {"name": "fine", "image": PNG}),
            ("GET", f"{guild}/invites", None),
            ("PATCH", f"{guild}/roles", []),
        ):
            refused = await rest_client.call(method, path, body)
            assert (refused.status, refused.code) == (403, 50013), path
            await clock.advance(5)
        next(role for role in plain.guild_data.roles.values() if role.name == "@everyone").permissions &= ~(1 << 49)
        assert (await rest_client.post(poll("a"))).code == 50013
