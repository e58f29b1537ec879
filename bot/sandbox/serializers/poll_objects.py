"""Discord's JSON objects for polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.poll import Poll


def poll(source: Poll, now: float, viewer_id: int) -> Payload:
    """Return a poll object with the votes so far; it is final from the second at which it expires."""
    answers = list(enumerate(source.answers, 1))
    return {
        "question": {"text": source.question},
        "answers": [{"answer_id": number, "poll_media": answer.media} for number, answer in answers],
        "expiry": timestamp(source.expires_at),
        "allow_multiselect": source.multiselect,
        "layout_type": source.layout,
        "results": {
            "is_finalized": now >= source.expires_at,
            "answer_counts": [
                {"id": number, "count": len(answer.voters), "me_voted": viewer_id in answer.voters}
                for number, answer in answers
            ],
        },
    }
