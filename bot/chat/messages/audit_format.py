"""Audit log entries as lines, for the log channel and for `/mod log`."""

from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.content import escape
from bot.store.audit import AuditEntry


def audit_line(entry: AuditEntry, t: Localizer) -> str:
    """One line: when, who did what to whom, and the reason if there is one."""
    text = t(f"audit-{entry.action}", actor=f"<@{entry.actor_id}>", target=f"<@{entry.target_id}>")
    detail = f" · {escape(entry.detail)}" if entry.detail else ""
    return f"<t:{int(entry.at)}:f> · {text}{detail}"
