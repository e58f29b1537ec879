"""The settings of one server. What a server does not set follows the host's config.toml."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self


class Screening(StrEnum):
    """What happens to a picture in which the screening finds a concept: nothing, a spoiler, or a moderator's review."""

    OFF = "off"
    SPOILER = "spoiler"
    HOLD = "hold"


class Limit(StrEnum):
    """The name of a limit, as in the section `limits` of config.toml."""

    WAITING_PER_MEMBER = "waiting_per_member"
    WAITING_PER_SERVER = "waiting_per_server"
    JOBS_PER_HOUR = "jobs_per_hour"
    STEPS_PER_DAY = "steps_per_day"
    ACCOUNT_AGE_DAYS = "account_age_days"
    MEMBERSHIP_AGE_HOURS = "membership_age_hours"


PERSONAL: Final = (Limit.WAITING_PER_MEMBER, Limit.JOBS_PER_HOUR, Limit.STEPS_PER_DAY)
"""Limits that a role can change for its members."""


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What members with a role get.

    Attributes:
        weight: Jobs per round of the queue, at least 1.
        limits: Limits that replace those of the server.
    """

    weight: int = 1
    limits: Mapping[Limit, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildSettings:
    """The settings of a server.

    Attributes:
        channels: Ids of the channels in which pictures can be requested, including their threads; empty for all.
        limits: Limits that replace the host's.
        roles: Rules by role id.
        gallery_channel: Id of the channel to which pictures with enough stars are copied; None for no gallery.
        gallery_stars: Stars that a picture needs for the gallery.
        log_channel: Id of the channel that shows the audit log and reports; None for none.
        preview_s: Seconds between two edits of a message; None for the host's value.
        spoiler: Whether every picture is a spoiler.
        screening: The mode in channels that are not age-restricted; None for the host's.
        screening_restricted: The mode in age-restricted channels; None for the host's.
        screening_channels: Modes by channel id, which replace both.
        language: Of messages that everybody reads; "" for the server's language in Discord.
        canvas: Name of the default canvas; "" for that of guidance.
        canvases_off: Names of the host's canvases that cannot be used in the server.
        paused: Why the server's jobs are paused; None if they are not.
    """

    channels: tuple[int, ...] = ()
    limits: Mapping[Limit, int] = field(default_factory=dict)
    roles: Mapping[int, RoleRule] = field(default_factory=dict)
    gallery_channel: int | None = None
    gallery_stars: int = 3
    log_channel: int | None = None
    preview_s: float | None = None
    spoiler: bool = False
    screening: Screening | None = None
    screening_restricted: Screening | None = None
    screening_channels: Mapping[int, Screening] = field(default_factory=dict)
    language: str = ""
    canvas: str = ""
    canvases_off: tuple[str, ...] = ()
    paused: str | None = None

    def to_json(self) -> str:
        """The settings that differ from the defaults, as JSON."""
        default = type(self)()
        changed: dict[str, Any] = {}
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if value != getattr(default, entry.name):
                changed[entry.name] = value
        if "roles" in changed:
            changed["roles"] = {
                str(role): {"weight": rule.weight, "limits": dict(rule.limits)} for role, rule in self.roles.items()
            }
        return json.dumps(changed, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads the output of `to_json`, also of earlier versions."""
        data: dict[str, Any] = json.loads(text)
        for name in ("channels", "canvases_off"):
            data[name] = tuple(data.get(name, ()))
        data["limits"] = _limits(data.get("limits", {}))
        data["roles"] = {
            int(role): RoleRule(rule["weight"], _limits(rule["limits"])) for role, rule in data.get("roles", {}).items()
        }
        for name in ("screening", "screening_restricted"):
            data[name] = Screening(data[name]) if data.get(name) else None
        data["screening_channels"] = {
            int(channel): Screening(mode) for channel, mode in data.get("screening_channels", {}).items()
        }
        return cls(**data)

    def rules_of(self, role_ids: frozenset[int]) -> list[RoleRule]:
        """The rules of a member with these roles."""
        return [rule for role, rule in self.roles.items() if role in role_ids]

    def weight_of(self, role_ids: frozenset[int]) -> int:
        """The weight of a member with these roles: the largest, or 1."""
        return max((rule.weight for rule in self.rules_of(role_ids)), default=1)

    def limit(self, name: Limit, default: int, role_ids: frozenset[int] = frozenset()) -> int:
        """The highest limit of these roles; without one, the server's; without that, `default`."""
        own = [rule.limits[name] for rule in self.rules_of(role_ids) if name in rule.limits]
        return max(own) if own else self.limits.get(name, default)

    def screens(self, channel_ids: frozenset[int], *, restricted: bool, default: Screening) -> Screening:
        """The screening mode of a channel.

        Args:
            channel_ids: The channel and, for a thread, its parent.
            restricted: Whether the channel is age-restricted.
            default: The host's mode.
        """
        for channel_id in channel_ids:
            if channel_id in self.screening_channels:
                return self.screening_channels[channel_id]
        mode = self.screening_restricted if restricted else self.screening
        return default if mode is None else mode


def _limits(data: Mapping[str, int]) -> dict[Limit, int]:
    return {Limit(name): value for name, value in data.items()}
