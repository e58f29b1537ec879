"""Checks the options that a member gives to a command, as Discord's client does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission, in_guild
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.validate.command import GROUP, SUBCOMMAND
from bot.sandbox.validate.limits import BOOLEAN, CHANNEL, INTEGER, NUMBER, SAFE_INTEGER, STRING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.models.guild import Attachment, Member
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.form import Form, Path

USER, ROLE, MENTIONABLE, ATTACHMENT = 6, 8, 9, 11


class Options:
    """Checks given options against a command's definition and collects what they resolve to."""

    def __init__(
        self,
        state: SandboxState,
        user_id: int,
        files: Mapping[str, Attachment],
        form: Form,
        *,
        focused: str | None = None,
    ) -> None:
        self._state = state
        self._user_id = user_id
        self._files = files
        self._form = form
        # the option that is being completed; meanwhile no option is required
        self._focused = focused
        # whether that option exists and has autocomplete
        self.completing = False
        self.resolved: Payload = {}

    def check(self, declared: list[Payload], given: object, path: Path = ("options",)) -> list[Payload]:
        """Return the options as the bot receives them, in the order of their declaration."""
        by_name: dict[str, Payload] = {}
        for index, entry in enumerate(self._form.array(path, given, 25)):
            option = self._form.mapping((*path, index), entry)
            by_name[str(option.get("name"))] = option
        known = {str(option["name"]) for option in declared}
        for name in by_name.keys() - known:
            self._form.error((*path, name), "UNKNOWN_OPTION", f'The command has no option "{name}"')
        nested = [option for option in declared if option["type"] in (SUBCOMMAND, GROUP)]
        if nested:
            return self._nested(nested, by_name, path)
        checked = []
        for option in declared:
            name = str(option["name"])
            value = by_name[name].get("value") if name in by_name else None
            if name == self._focused:
                self.completing = bool(option.get("autocomplete"))
                typed = "" if value is None else str(value)
                checked.append({"type": option["type"], "name": name, "focused": True, "value": typed})
            elif value is not None:
                final = self._value(option, value, (*path, name))
                checked.append({"type": option["type"], "name": name, "value": final})
            elif option.get("required") and self._focused is None:
                self._form.required((*path, name))
        return checked

    def _nested(self, declared: list[Payload], by_name: dict[str, Payload], path: Path) -> list[Payload]:
        selected = [option for option in declared if option["name"] in by_name]
        if len(selected) != 1:
            self._form.error(path, "SUBCOMMAND_REQUIRED", "Choose one sub-command")
            return []
        option = selected[0]
        name = str(option["name"])
        given = by_name[name].get("options") or []
        inner = self.check(option.get("options") or [], given, (*path, name, "options"))
        return [{"type": option["type"], "name": name, "options": inner}]

    def _value(self, option: Payload, value: object, path: Path) -> object:
        kind = option["type"]
        if kind == STRING:
            return self._choice(option, self._string(option, value, path), path)
        if kind in (INTEGER, NUMBER):
            return self._choice(option, self._number(option, value, path), path)
        if kind == BOOLEAN:
            if not isinstance(value, bool):
                self._form.error(path, "BOOLEAN_TYPE_CONVERT", "Choose True or False")
            return value
        return self._channel(option, value, path) if kind == CHANNEL else self._resolve(kind, value, path)

    def _string(self, option: Payload, value: object, path: Path) -> str:
        text = value if isinstance(value, str) else ""
        if not text.strip():
            self._form.required(path)
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        if not least <= len(text) <= most:
            self._form.error(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return text

    def _number(self, option: Payload, value: object, path: Path) -> int | float:
        whole = option["type"] == INTEGER
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            self._form.error(path, "NUMBER_TYPE_COERCE", "Enter a whole number" if whole else "Enter a number")
            return 0
        least, most = option.get("min_value", -SAFE_INTEGER), option.get("max_value", SAFE_INTEGER)
        if not least <= value <= most:
            self._form.error(path, "NUMBER_TYPE_RANGE", f"Must be between {least} and {most}.")
        return value

    def _choice(self, option: Payload, value: str | float, path: Path) -> str | float:
        if option.get("choices") and value not in [choice["value"] for choice in option["choices"]]:
            self._form.error(path, "BASE_TYPE_CHOICES", "Choose one of the choices")
        return value

    def _resolve(self, kind: int, value: object, path: Path) -> str:
        guild_data = self._state.guild_data
        object_id = snowflake(value)
        found = False
        if kind in (USER, MENTIONABLE) and object_id in guild_data.members:
            member = guild_data.members[object_id]
            self._add("users", object_id, objects.user(member.user))
            self._add("members", object_id, self._member(member))
            found = True
        elif kind in (ROLE, MENTIONABLE) and object_id in guild_data.roles:
            self._add("roles", object_id, objects.role(guild_data.roles[object_id]))
            found = True
        elif kind == ATTACHMENT and str(value) in self._files:
            file = self._files[str(value)]
            self._add("attachments", file.id, message_objects.attachment(self._state, file, ephemeral=True))
            return str(file.id)
        if not found:
            self._form.error(path, "UNKNOWN_OBJECT", "Not found")
        return str(value)

    def _channel(self, option: Payload, value: object, path: Path) -> str:
        """Resolve a channel or thread that the member sees and whose type the option allows."""
        channel_id = snowflake(value)
        channel = None if channel_id is None else self._state.guild_data.channel(channel_id)
        sees = channel is not None and self._state.permissions(self._user_id, channel) & Permission.VIEW_CHANNEL
        if channel is None or not sees:
            self._form.error(path, "UNKNOWN_OBJECT", "Not found")
        elif option.get("channel_types") and channel.type not in option["channel_types"]:
            self._form.error(path, "CHANNEL_TYPE_INVALID", "This type of channel is not allowed")
        else:
            self._add("channels", channel.id, objects.interaction_channel(self._state, channel, self._user_id))
        return str(value)

    def _member(self, member: Member) -> Payload:
        """Return a member as in `resolved`: with permissions, without user, deaf and mute."""
        body = objects.member(member, with_user=False)
        return {key: body[key] for key in body if key not in ("deaf", "mute")} | {
            "permissions": str(int(in_guild(self._state.guild_data, member.user.id)))
        }

    def _add(self, kind: str, object_id: int, body: Payload) -> None:
        self.resolved.setdefault(kind, {})[str(object_id)] = body
