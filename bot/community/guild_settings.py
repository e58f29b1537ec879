"""What one server decides for itself, as a value. What it leaves open, the host's config.toml decides."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self


class Screening(StrEnum):
    """What happens to a picture in which the screening finds a concept."""

    OFF = "off"
    SPOILER = "spoiler"
    HOLD = "hold"


class Limit(StrEnum):
    """A limit's name, as in the config's section `limits`."""

    WAITING_PER_MEMBER = "waiting_per_member"
    WAITING_PER_SERVER = "waiting_per_server"
    JOBS_PER_HOUR = "jobs_per_hour"
    STEPS_PER_DAY = "steps_per_day"
    ACCOUNT_AGE_DAYS = "account_age_days"
    MEMBERSHIP_AGE_HOURS = "membership_age_hours"


PERSONAL: Final = (Limit.WAITING_PER_MEMBER, Limit.JOBS_PER_HOUR, Limit.STEPS_PER_DAY)
"""Limits that a role may change for those who hold it."""


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What a role's holders get.

    Attributes:
        weight: Jobs in one round.
        limits: Their limits, where they differ.
    """

    weight: int = 1
    limits: Mapping[Limit, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildSettings:
    """A server's decisions.

    Attributes:
        channels: Where pictures may be asked for, threads below them included; empty: everywhere.
        limits: Where they differ from the host's.
        roles: By role id.
        gallery_channel: Where pictures with enough stars are copied to.
        gallery_stars: How many are enough.
        log_channel: Where moderators read what was done and reported.
        preview_s: Seconds between two edits of a message; None leaves it to the host.
        spoiler: Whether every picture is covered.
        screening: In channels that have no line of their own.
        screening_restricted: In age-restricted channels that have none.
        screening_channels: By channel id.
        language: Of what everybody reads; "" follows the server's own language.
        paused: Why nothing runs, or None if all runs.
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
    paused: str | None = None

    def to_json(self) -> str:
        """What differs from the defaults."""
        default = type(self)()
        chosen: dict[str, Any] = {}
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if value != getattr(default, entry.name):
                chosen[entry.name] = value
        if "roles" in chosen:
            chosen["roles"] = {
                str(role): {"weight": rule.weight, "limits": dict(rule.limits)} for role, rule in self.roles.items()
            }
        return json.dumps(chosen, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote, in this version or an older one."""
        data: dict[str, Any] = json.loads(text)
        data["channels"] = tuple(data.get("channels", ()))
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
        """The rules of the roles that somebody holds."""
        return [rule for role, rule in self.roles.items() if role in role_ids]

    def weight_of(self, role_ids: frozenset[int]) -> int:
        """The largest weight of any role held."""
        return max((rule.weight for rule in self.rules_of(role_ids)), default=1)

    def limit(self, name: Limit, default: int, role_ids: frozenset[int] = frozenset()) -> int:
        """A limit: the most generous of the roles held, else the server's, else the host's."""
        own = [rule.limits[name] for rule in self.rules_of(role_ids) if name in rule.limits]
        return max(own) if own else self.limits.get(name, default)

    def screens(self, channel_ids: frozenset[int], *, restricted: bool, default: Screening) -> Screening:
        """The mode of a channel: its own line (or its parent's), else that of its kind, else the host's."""
        for channel_id in channel_ids:
            if channel_id in self.screening_channels:
                return self.screening_channels[channel_id]
        chosen = self.screening_restricted if restricted else self.screening
        return default if chosen is None else chosen


def _limits(data: Mapping[str, int]) -> dict[Limit, int]:
    return {Limit(name): value for name, value in data.items()}
