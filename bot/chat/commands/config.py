"""`/config`: what a server decides for itself, by those who manage it. The host's config.toml sets the frame."""

from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.desk import tell
from bot.chat.errors import UserFacingError
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.texts import LANGUAGES, Voice, voice
from bot.chat.who import Interaction, require_manager
from bot.guild import PERSONAL, GuildSettings, Limit, RoleRule, Screening
from bot.moderation import Moderator

MOST_CHANNELS: Final = 50
MOST_ROLES: Final = 25
MOST_WEIGHT: Final = 10
LIMITS: Final = [
    app_commands.Choice(name=spoken(f"limit-{limit.replace('_', '-')}"), value=limit.value) for limit in Limit
]
PERSONAL_LIMITS: Final = [choice for choice in LIMITS if choice.value in PERSONAL]
MODES: Final = [app_commands.Choice(name=spoken(f"screening-{mode}"), value=mode.value) for mode in Screening]
WRITABLE: Final = ("view_channel", "send_messages", "embed_links", "attach_files")


class ConfigGroup(app_commands.Group):
    """A server's settings."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(
            name="config",
            description=spoken("cmd-config"),
            guild_only=True,
            default_permissions=discord.Permissions(manage_guild=True),
        )
        self._parts = parts

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Holds for every command below; the error reaches the person through the tree."""
        require_manager(interaction)
        return True

    @app_commands.command(name="show", description=spoken("cmd-config-show"))
    async def show(self, interaction: "discord.Interaction[Any]") -> None:
        """Everything."""
        text = _all(self._settings(interaction), self._parts, voice(interaction.locale))
        await interaction.response.send_message(embed=discord.Embed(description=text), ephemeral=True)

    @app_commands.command(name="channel", description=spoken("cmd-config-channel"))
    @app_commands.describe(channel=spoken("opt-channel"), allowed=spoken("opt-allowed"))
    async def channel(
        self,
        interaction: "discord.Interaction[Any]",
        channel: discord.TextChannel,
        allowed: bool,
    ) -> None:
        """Where pictures may be asked for; once one is allowed, only those that are."""
        settings = self._settings(interaction)
        others = tuple(known for known in settings.channels if known != channel.id)
        channels = (*others, channel.id) if allowed else others
        if len(channels) > MOST_CHANNELS:
            raise UserFacingError("config-too-many", most=MOST_CHANNELS)
        await self._save(interaction, replace(settings, channels=channels), f"channels {len(channels)}")

    @app_commands.command(name="limit", description=spoken("cmd-config-limit"))
    @app_commands.choices(limit=LIMITS)
    @app_commands.describe(limit=spoken("opt-limit"), value=spoken("opt-limit-value"))
    async def limit(
        self,
        interaction: "discord.Interaction[Any]",
        limit: str,
        value: app_commands.Range[int, 0, 1_000_000] | None = None,
    ) -> None:
        """One of this server's limits; without a value, the host's."""
        settings = self._settings(interaction)
        name = Limit(limit)
        limits = {known: number for known, number in settings.limits.items() if known is not name}
        if value is not None:
            limits[name] = self._within(name, value)
        await self._save(interaction, replace(settings, limits=limits), f"{name} {value}")

    @app_commands.command(name="role", description=spoken("cmd-config-role"))
    @app_commands.choices(limit=PERSONAL_LIMITS)
    @app_commands.describe(
        role=spoken("opt-role"),
        weight=spoken("opt-weight"),
        limit=spoken("opt-limit"),
        value=spoken("opt-limit-value"),
        forget=spoken("opt-forget"),
    )
    async def role(
        self,
        interaction: "discord.Interaction[Any]",
        role: discord.Role,
        weight: app_commands.Range[int, 1, MOST_WEIGHT] | None = None,
        limit: str | None = None,
        value: app_commands.Range[int, 1, 1_000_000] | None = None,
        forget: bool = False,
    ) -> None:
        """What a role's holders get: turns in a round, and limits of their own."""
        settings = self._settings(interaction)
        roles = dict(settings.roles)
        rule = roles.pop(role.id, RoleRule())
        if not forget:
            if value is not None and limit is None:
                raise UserFacingError("config-role-which")
            if weight is None and limit is None:
                raise UserFacingError("config-role-nothing")
            limits = dict(rule.limits)
            if limit is not None:
                limits.pop(Limit(limit), None)
                if value is not None:
                    limits[Limit(limit)] = self._within(Limit(limit), value)
            roles[role.id] = RoleRule(rule.weight if weight is None else weight, limits)
        if len(roles) > MOST_ROLES:
            raise UserFacingError("config-too-many", most=MOST_ROLES)
        await self._save(interaction, replace(settings, roles=roles), f"role {role.id}")

    @app_commands.command(name="gallery", description=spoken("cmd-config-gallery"))
    @app_commands.describe(channel=spoken("opt-gallery"), stars=spoken("opt-stars"))
    async def gallery(
        self,
        interaction: "discord.Interaction[Any]",
        channel: discord.TextChannel | None = None,
        stars: app_commands.Range[int, 1, 100] = 3,
    ) -> None:
        """Where starred pictures go; without a channel, nowhere."""
        _require_writable(interaction, channel)
        settings = replace(
            self._settings(interaction),
            gallery_channel=None if channel is None else channel.id,
            gallery_stars=stars,
        )
        await self._save(interaction, settings, f"gallery {channel}, {stars} stars")

    @app_commands.command(name="log", description=spoken("cmd-config-log"))
    @app_commands.describe(channel=spoken("opt-log"))
    async def log(self, interaction: "discord.Interaction[Any]", channel: discord.TextChannel | None = None) -> None:
        """Where moderators read what was done; without a channel, only in `/mod log`."""
        _require_writable(interaction, channel)
        settings = replace(self._settings(interaction), log_channel=None if channel is None else channel.id)
        await self._save(interaction, settings, f"log {channel}")

    @app_commands.command(name="preview", description=spoken("cmd-config-preview"))
    @app_commands.describe(seconds=spoken("opt-seconds"))
    async def preview(
        self, interaction: "discord.Interaction[Any]", seconds: app_commands.Range[float, 1, 60] | None = None
    ) -> None:
        """How often pictures in the making are shown; without a number, as the host says."""
        least = self._parts.config.progress.interval_s
        if seconds is not None and seconds < least:
            raise UserFacingError("config-preview", least=f"{least:g}")
        await self._save(interaction, replace(self._settings(interaction), preview_s=seconds), f"preview {seconds}")

    @app_commands.command(name="spoiler", description=spoken("cmd-config-spoiler"))
    @app_commands.describe(covered=spoken("opt-covered"))
    async def spoiler(self, interaction: "discord.Interaction[Any]", covered: bool) -> None:
        """Whether every picture is covered."""
        await self._save(interaction, replace(self._settings(interaction), spoiler=covered), f"spoiler {covered}")

    @app_commands.command(name="screening", description=spoken("cmd-config-screening"))
    @app_commands.choices(mode=MODES)
    @app_commands.describe(
        mode=spoken("opt-mode"), channel=spoken("opt-screening-channel"), restricted=spoken("opt-restricted")
    )
    async def screening(
        self,
        interaction: "discord.Interaction[Any]",
        mode: str,
        channel: discord.TextChannel | None = None,
        restricted: bool = False,
    ) -> None:
        """What happens to a picture in which a concept is found: in a channel, in age-restricted ones, or elsewhere."""
        if not self._parts.config.concept:
            raise UserFacingError("config-no-concepts")
        settings = self._settings(interaction)
        chosen = Screening(mode)
        if channel is not None:
            settings = replace(settings, screening_channels={**settings.screening_channels, channel.id: chosen})
        elif restricted:
            settings = replace(settings, screening_restricted=chosen)
        else:
            settings = replace(settings, screening=chosen)
        await self._save(interaction, settings, f"screening {mode} {channel or ''}")

    @app_commands.command(name="language", description=spoken("cmd-config-language"))
    @app_commands.choices(
        language=[app_commands.Choice(name=spoken(f"language-{name}"), value=name) for name in ("server", *LANGUAGES)]
    )
    @app_commands.describe(language=spoken("opt-language"))
    async def language(self, interaction: "discord.Interaction[Any]", language: str) -> None:
        """In which everybody is spoken to; what one person alone reads follows their own."""
        chosen = language if language in LANGUAGES else ""
        await self._save(interaction, replace(self._settings(interaction), language=chosen), f"language {language}")

    @app_commands.command(name="reset", description=spoken("cmd-config-reset"))
    async def reset(self, interaction: "discord.Interaction[Any]") -> None:
        """Everything as the host has it; a pause stays."""
        await self._save(interaction, GuildSettings(paused=self._settings(interaction).paused), "reset")

    def _settings(self, interaction: Interaction) -> GuildSettings:
        return self._parts.guilds.of(require_manager(interaction).guild_id)

    def _within(self, name: Limit, value: int) -> int:
        least, most = self._parts.config.limits.least(name), self._parts.config.limits.most(name)
        if not least <= value <= most:
            raise UserFacingError("config-limit-range", least=least, most=most)
        return value

    async def _save(self, interaction: Interaction, settings: GuildSettings, what: str) -> None:
        where = require_manager(interaction)
        await self._parts.moderation.configure(Moderator(interaction.user.id, where.guild_id), settings, what)
        await tell(interaction, "config-saved")


def _require_writable(interaction: Interaction, channel: discord.TextChannel | None) -> None:
    """A channel that the bot cannot write to would fail later, when nobody looks."""
    if channel is None or interaction.guild is None:
        return
    granted = channel.permissions_for(interaction.guild.me)
    missing = [name.replace("_", " ").title() for name in WRITABLE if not getattr(granted, name)]
    if missing:
        raise UserFacingError("config-cannot-write", channel=channel.mention, permissions=", ".join(missing))


def _all(settings: GuildSettings, parts: Parts, say: Voice) -> str:
    host = parts.config
    nowhere = say("config-nowhere")
    lines = [
        say("config-channels", channels=" ".join(f"<#{known}>" for known in settings.channels) or say("config-all")),
        *(f"{_limit(name, say)}: {settings.limit(name, getattr(host.limits, name))}" for name in Limit),
    ]
    for role, rule in settings.roles.items():
        limits = ", ".join(f"{_limit(name, say)} {number}" for name, number in rule.limits.items())
        lines.append(say("config-role", role=f"<@&{role}>", weight=rule.weight, limits=limits or "–"))
    gallery = nowhere if settings.gallery_channel is None else f"<#{settings.gallery_channel}>"
    lines.append(say("config-gallery", channel=gallery, stars=settings.gallery_stars))
    lines.append(say("config-log", channel=nowhere if settings.log_channel is None else f"<#{settings.log_channel}>"))
    lines.append(say("config-preview-every", seconds=f"{settings.preview_s or host.progress.interval_s:g}"))
    lines.append(say("config-spoiler", covered="yes" if settings.spoiler else "no"))
    lines.append(
        say(
            "config-screening",
            mode=say(f"screening-{settings.screening or host.moderation.screening}"),
            restricted=say(f"screening-{settings.screening_restricted or host.moderation.screening_restricted}"),
        )
    )
    for known, mode in settings.screening_channels.items():
        lines.append(f"<#{known}>: {say(f'screening-{mode}')}")
    lines.append(say("config-language", language=say(f"language-{settings.language or 'server'}")))
    if settings.paused is not None:
        lines.append(say("config-paused"))
    return "\n".join(lines)[:4096]


def _limit(name: Limit, say: Voice) -> str:
    return say(f"limit-{name.replace('_', '-')}")
