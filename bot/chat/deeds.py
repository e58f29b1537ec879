"""A moderator's deed as a line, for the log channel and for `/mod log`."""

from bot.chat.cards import shown
from bot.chat.texts import Voice
from bot.store.audit import Deed


def line_of(deed: Deed, say: Voice) -> str:
    """Who did what to whom, when, and why."""
    text = say(f"deed-{deed.action}", actor=f"<@{deed.actor_id}>", target=f"<@{deed.target_id}>")
    detail = f" · {shown(deed.detail)}" if deed.detail else ""
    return f"<t:{int(deed.at)}:f> · {text}{detail}"
