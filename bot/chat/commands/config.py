"""`/config`: what a server decides for itself, by those who manage it. The host's config.toml sets the frame."""

from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.context import Interaction, require_manager
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import LANGUAGES, Localizer, localizer
from bot.chat.services import Services
from bot.chat.submission import reply_privately
from bot.community.guild_settings import PERSONAL, GuildSettings, Limit, RoleRule, Screening
from bot.community.moderation import Moderator

MOST_CHANNELS: Final = 50
MOST_ROLES: Final = 25
MOST_WEIGHT: Final = 10
LIMITS: Final = [
    app_commands.Choice(name=localized(f"limit-{limit.replace('_', '-')}"), value=limit.value) for limit in Limit
]
PERSONAL_LIMITS: Final = [choice for choice in LIMITS if choice.value in PERSONAL]
MODES: Final = [app_commands.Choice(name=localized(f"screening-{mode}"), value=mode.value) for mode in Screening]
WRITABLE: Final = ("view_channel", "send_messages", "embed_links", "attach_files")


class ConfigGroup(app_commands.Group):
    """A server's settings."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            name="config",
            description=localized("cmd-config"),
            guild_only=True,
            default_permissions=discord.Permissions(manage_guild=True),
        )
        self._services = services

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Holds for every command below; the error reaches the person through the tree."""
        require_manager(interaction)
        return True

    @app_commands.command(name="show", description=localized("cmd-config-show"))
    async def show(self, interaction: "discord.Interaction[Any]") -> None:
        """Everything."""
        text = _all(self._settings(interaction), self._services, localizer(interaction.locale))
        await interaction.response.send_message(embed=discord.Embed(description=text), ephemeral=True)

    @app_commands.command(name="channel", description=localized("cmd-config-channel"))
    @app_commands.describe(channel=localized("opt-channel"), allowed=localized("opt-allowed"))
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

    @app_commands.command(name="limit", description=localized("cmd-config-limit"))
    @app_commands.choices(limit=LIMITS)
    @app_commands.describe(limit=localized("opt-limit"), value=localized("opt-limit-value"))
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

    @app_commands.command(name="role", description=localized("cmd-config-role"))
    @app_commands.choices(limit=PERSONAL_LIMITS)
    @app_commands.describe(
        role=localized("opt-role"),
        weight=localized("opt-weight"),
        limit=localized("opt-limit"),
        value=localized("opt-limit-value"),
        forget=localized("opt-forget"),
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

    @app_commands.command(name="gallery", description=localized("cmd-config-gallery"))
    @app_commands.describe(channel=localized("opt-gallery"), stars=localized("opt-stars"))
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

    @app_commands.command(name="log", description=localized("cmd-config-log"))
    @app_commands.describe(channel=localized("opt-log"))
    async def log(self, interaction: "discord.Interaction[Any]", channel: discord.TextChannel | None = None) -> None:
        """Where moderators read what was done; without a channel, only in `/mod log`."""
        _require_writable(interaction, channel)
        settings = replace(self._settings(interaction), log_channel=None if channel is None else channel.id)
        await self._save(interaction, settings, f"log {channel}")

    @app_commands.command(name="preview", description=localized("cmd-config-preview"))
    @app_commands.describe(seconds=localized("opt-seconds"))
    async def preview(
        self, interaction: "discord.Interaction[Any]", seconds: app_commands.Range[float, 1, 60] | None = None
    ) -> None:
        """How often pictures in the making are shown; without a number, as the host says."""
        least = self._services.config.progress.interval_s
        if seconds is not None and seconds < least:
            raise UserFacingError("config-preview", least=f"{least:g}")
        await self._save(interaction, replace(self._settings(interaction), preview_s=seconds), f"preview {seconds}")

    @app_commands.command(name="spoiler", description=localized("cmd-config-spoiler"))
    @app_commands.describe(covered=localized("opt-covered"))
    async def spoiler(self, interaction: "discord.Interaction[Any]", covered: bool) -> None:
        """Whether every picture is covered."""
        await self._save(interaction, replace(self._settings(interaction), spoiler=covered), f"spoiler {covered}")

    @app_commands.command(name="screening", description=localized("cmd-config-screening"))
    @app_commands.choices(mode=MODES)
    @app_commands.describe(
        mode=localized("opt-mode"), channel=localized("opt-screening-channel"), restricted=localized("opt-restricted")
    )
    async def screening(
        self,
        interaction: "discord.Interaction[Any]",
        mode: str,
        channel: discord.TextChannel | None = None,
        restricted: bool = False,
    ) -> None:
        """What happens to a picture in which a concept is found: in a channel, in age-restricted ones, or elsewhere."""
        if not self._services.config.concept:
            raise UserFacingError("config-no-concepts")
        settings = self._settings(interaction)
        selected = Screening(mode)
        if channel is not None:
            settings = replace(settings, screening_channels={**settings.screening_channels, channel.id: selected})
        elif restricted:
            settings = replace(settings, screening_restricted=selected)
        else:
            settings = replace(settings, screening=selected)
        await self._save(interaction, settings, f"screening {mode} {channel or ''}")

    @app_commands.command(name="language", description=localized("cmd-config-language"))
    @app_commands.choices(
        language=[
            app_commands.Choice(name=localized(f"language-{name}"), value=name) for name in ("server", *LANGUAGES)
        ]
    )
    @app_commands.describe(language=localized("opt-language"))
    async def language(self, interaction: "discord.Interaction[Any]", language: str) -> None:
        """The language of messages that everybody reads; what one person alone reads follows their own."""
        selected = language if language in LANGUAGES else ""
        await self._save(interaction, replace(self._settings(interaction), language=selected), f"language {language}")

    @app_commands.command(name="reset", description=localized("cmd-config-reset"))
    async def reset(self, interaction: "discord.Interaction[Any]") -> None:
        """Everything as the host has it; a pause stays."""
        await self._save(interaction, GuildSettings(paused=self._settings(interaction).paused), "reset")

    def _settings(self, interaction: Interaction) -> GuildSettings:
        return self._services.guilds.of(require_manager(interaction).guild_id)

    def _within(self, name: Limit, value: int) -> int:
        least, most = self._services.config.limits.least(name), self._services.config.limits.most(name)
        if not least <= value <= most:
            raise UserFacingError("config-limit-range", least=least, most=most)
        return value

    async def _save(self, interaction: Interaction, settings: GuildSettings, what: str) -> None:
        context = require_manager(interaction)
        await self._services.moderation.configure(Moderator(interaction.user.id, context.guild_id), settings, what)
        await reply_privately(interaction, "config-saved")


def _require_writable(interaction: Interaction, channel: discord.TextChannel | None) -> None:
    """A channel that the bot cannot write to would fail later, when nobody looks."""
    if channel is None or interaction.guild is None:
        return
    granted = channel.permissions_for(interaction.guild.me)
    missing = [name.replace("_", " ").title() for name in WRITABLE if not getattr(granted, name)]
    if missing:
        raise UserFacingError("config-cannot-write", channel=channel.mention, permissions=", ".join(missing))


def _all(settings: GuildSettings, services: Services, t: Localizer) -> str:
    host = services.config
    nowhere = t("config-nowhere")
    lines = [
        t("config-channels", channels=" ".join(f"<#{known}>" for known in settings.channels) or t("config-all")),
        *(f"{_limit(name, t)}: {settings.limit(name, getattr(host.limits, name))}" for name in Limit),
    ]
    for role, rule in settings.roles.items():
        limits = ", ".join(f"{_limit(name, t)} {number}" for name, number in rule.limits.items())
        lines.append(t("config-role", role=f"<@&{role}>", weight=rule.weight, limits=limits or "–"))
    gallery = nowhere if settings.gallery_channel is None else f"<#{settings.gallery_channel}>"
    lines.append(t("config-gallery", channel=gallery, stars=settings.gallery_stars))
    lines.append(t("config-log", channel=nowhere if settings.log_channel is None else f"<#{settings.log_channel}>"))
    lines.append(t("config-preview-every", seconds=f"{settings.preview_s or host.progress.interval_s:g}"))
    lines.append(t("config-spoiler", covered="yes" if settings.spoiler else "no"))
    lines.append(
        t(
            "config-screening",
            mode=t(f"screening-{settings.screening or host.moderation.screening}"),
            restricted=t(f"screening-{settings.screening_restricted or host.moderation.screening_restricted}"),
        )
    )
    for known, mode in settings.screening_channels.items():
        lines.append(f"<#{known}>: {t(f'screening-{mode}')}")
    lines.append(t("config-language", language=t(f"language-{settings.language or 'server'}")))
    if settings.paused is not None:
        lines.append(t("config-paused"))
    return "\n".join(lines)[:4096]


def _limit(name: Limit, t: Localizer) -> str:
    return t(f"limit-{name.replace('_', '-')}")
