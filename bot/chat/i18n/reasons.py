"""Messages of `guidance` in the reader's language: English ones are there, others in `locale/reasons.*.ftl`."""

from bot.chat.i18n.localizer import ENGLISH, Localizer
from guidance.request.messages import Message, MessageError, Value


def reason(error: MessageError | Message | str, t: Localizer) -> str:
    """The text of a message, or of an error's; a text without an id stays as it is."""
    message = error.message if isinstance(error, MessageError) else error
    if isinstance(message, str) or t.language == ENGLISH:
        return str(message)
    if message.name == "other":
        return str(message)
    return t(f"guidance-{message.name}", **{name: _value(value, t) for name, value in message.values.items()})


def _value(value: Value, t: Localizer) -> str:
    if isinstance(value, tuple):
        return "; ".join(reason(entry, t) for entry in value)
    return reason(value, t)
