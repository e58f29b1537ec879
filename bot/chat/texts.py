"""Every sentence that a person reads in the channel."""

from typing import Final

from bot.admission import Refusal, RefusedError

QUEUED: Final = "⏳ **Queued**, position {position}"
QUEUED_NEXT: Final = "⏳ **Queued**, next in line"
STARTING: Final = "🎨 **Starting** …"
RUNNING: Final = "🎨 `{bar}` {step}/{total}"
SIMILARITY: Final = " · similarity {similarity:.2f}"
POSTING: Final = "✅ **Done**"
CANCELLED: Final = "🚫 **Cancelled**"
FAILED: Final = "⚠️ **Failed.** {reason}"
FOOTER: Final = "seed {seed} · {width}×{height} · {steps} steps · {model}"
FOOTER_DONE: Final = " · {seconds:.1f} s"
NEGATIVE: Final = "without *{negative}*"
REQUESTER: Final = "for {mention}"
RERUN_OF: Final = "🔁 of #{parent}, for {mention}"
READY: Final = "{mention} your picture is ready."
CANCEL: Final = "Cancel"
NEW_SEED: Final = "New seed"
RERUN_EMOJI: Final = "🔁"

UNKNOWN_JOB: Final = "This job is not known here any more."
NOT_YOURS: Final = "Only the person who asked, or a moderator, can cancel this."
TOO_LATE: Final = "Too late to cancel: this job is {state}."
MISSING_PERMISSIONS: Final = "I can't show pictures in this channel: a server admin must allow me {permissions} here."
NO_SERVER: Final = "I only work in a server's channels."
WRONG_SIZE: Final = "That size is not offered here; choose one of {sizes}."
INCIDENT: Final = "Something went wrong on this side. If it happens again, tell the host this number: {incident}"

_REFUSALS: Final = {
    Refusal.TOO_MANY_WAITING: "You have {limit} pictures under way, which is as many as one person may have. "
    "Wait for one, or cancel one.",
    Refusal.QUEUE_FULL: "The queue is full: {limit} pictures are waiting. Please try again in a few minutes.",
    Refusal.TOO_MANY_THIS_HOUR: "You have asked for {limit} pictures within an hour, which is the limit. "
    "The next is possible <t:{until}:R>.",
    Refusal.TOO_MANY_STEPS: "At most {limit} steps are allowed here.",
    Refusal.RERUN_TWICE: "You have rerun this picture by reaction before; use the button or `/imagine` for more.",
}


def refusal(error: RefusedError) -> str:
    """What the person reads who was not let in."""
    return _REFUSALS[error.refusal].format(limit=error.limit, until=int(error.until or 0) + 1)
