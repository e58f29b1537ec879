"""Starts and ends polls, and counts votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import not_a_poll, not_the_author, poll_expired, unknown_answer
from bot.sandbox.models.guild import Message
from bot.sandbox.models.message_constants import MessageType
from bot.sandbox.services import message_service
from bot.sandbox.state.events import MessageEdited, PollVoted

if TYPE_CHECKING:
    from bot.sandbox.models.poll import Poll, PollAnswer
    from bot.sandbox.state.sandbox_state import SandboxState

HOUR_S = 3600.0


def poll_of(message: Message) -> Poll:
    """Return the poll of a message, or raise 520006."""
    if message.poll is None:
        raise not_a_poll()
    return message.poll


def expire(state: SandboxState, user_id: int, message: Message) -> None:
    """End a poll now, on behalf of its author; a message of type 46 tells the result.

    Raises:
        DiscordError: 520006 without a poll, 50005 for another author's, 520001 if it has ended.
    """
    poll = poll_of(message)
    if message.author_id != user_id:
        raise not_the_author()
    if state.clock.time() >= poll.expires_at:
        raise poll_expired()
    poll.expires_at = state.clock.time()
    _close(state, message, poll)


def watch(state: SandboxState, message: Message) -> None:
    """End the poll of a message, if it has one, when its time is over."""
    poll = message.poll
    if poll is None or poll.closed:
        return

    def run_out() -> None:
        there = state.guild_data.message(message.channel_id, message.id) is message
        if there and not poll.closed:
            _close(state, message, poll)

    state.timers.after(max(0.0, poll.expires_at - state.clock.time()), run_out)


def _close(state: SandboxState, message: Message, poll: Poll) -> None:
    poll.closed = True
    state.archive.put_message(message)
    state.events.publish(MessageEdited(message))
    notice = Message(
        id=state.snowflakes.next(),
        channel_id=message.channel_id,
        author_id=message.author_id,
        webhook_name=message.webhook_name,
        webhook_avatar=message.webhook_avatar,
        timestamp=state.clock.time(),
        type=MessageType.POLL_RESULT,
        reference_id=message.id,
        embeds=[_result(poll)],
    )
    message_service.publish(state, notice)


def _result(poll: Poll) -> dict[str, object]:
    """Return the embed of a result, whose fields name the question, the votes and the winner."""
    votes = [len(answer.voters) for answer in poll.answers]
    fields = {
        "poll_question_text": poll.question,
        "victor_answer_votes": str(max(votes)),
        "total_votes": str(sum(votes)),
    }
    if max(votes) and votes.count(max(votes)) == 1:
        number = votes.index(max(votes))
        fields |= {
            "victor_answer_id": str(number + 1),
            "victor_answer_text": str(poll.answers[number].media.get("text", "")),
        }
    listed = [{"name": name, "value": value, "inline": False} for name, value in fields.items()]
    return {"type": "poll_result", "fields": listed}


def vote(state: SandboxState, user_id: int, message: Message, number: int, *, wanted: bool) -> None:
    """Add or remove a member's vote for the answer with this number; one answer only unless it is a multiselect.

    Raises:
        DiscordError: 520006 without a poll, 520001 if it has ended, 50035 for an answer that it does not have.
    """
    poll = poll_of(message)
    if state.clock.time() >= poll.expires_at:
        raise poll_expired()
    chosen = poll.answer(number)
    if chosen is None:
        raise unknown_answer(number)
    if wanted and not poll.multiselect:
        for other, answer in enumerate(poll.answers, 1):
            if other != number:
                _set(state, message, other, answer, user_id, wanted=False)
    _set(state, message, number, chosen, user_id, wanted=wanted)


def _set(state: SandboxState, message: Message, number: int, answer: PollAnswer, user_id: int, *, wanted: bool) -> None:
    if (user_id in answer.voters) == wanted:
        return
    if wanted:
        answer.voters.append(user_id)
    else:
        answer.voters.remove(user_id)
    state.archive.put_message(message)
    state.events.publish(PollVoted(message, user_id, number, added=wanted))
