"""`/config`: a server's settings, for members with the Manage Server permission."""

from dataclasses import replace
from typing import Final

import discord
from discord import app_commands

from bot.chat.commands.imagine import matching
from bot.chat.context import Interaction, require_manager
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import LANGUAGES, localizer
from bot.chat.messages.settings_text import settings_text
from bot.chat.submission import reply_privately
from bot.community.guild_settings import PERSONAL, GuildSettings, Limit, RoleRule, Screening
from bot.community.moderation import Moderation
from bot.config import Config
from bot.jobs.canvases import Canvases
from bot.store.guilds import Guilds
from guidance.request.parameters import DEFAULT_CANVAS

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
    """The group `/config`.

    Args:
        config: The host's defaults and bounds.
        guilds: Gives a server's settings.
        canvases: Those that the host offers.
        moderation: Changes them.
    """

    def __init__(self, config: Config, guilds: Guilds, canvases: Canvases, moderation: Moderation) -> None:
        super().__init__(
            name="config",
            description=localized("cmd-config"),
            guild_only=True,
            default_permissions=discord.Permissions(manage_guild=True),
        )
        self._config = config
        self._guilds = guilds
        self._canvases = canvases
        self._moderation = moderation

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Called by discord.py before each command of the group; the tree shows the error."""
        require_manager(interaction)
        return True

    @app_commands.command(name="show", description=localized("cmd-config-show"))
    async def show(self, interaction: Interaction) -> None:
        """Shows all settings."""
        text = settings_text(self._settings(interaction), self._config, self._canvases, localizer(interaction.locale))
        await interaction.response.send_message(embed=discord.Embed(description=text), ephemeral=True)

    @app_commands.command(name="channel", description=localized("cmd-config-channel"))
    @app_commands.describe(channel=localized("opt-channel"), allowed=localized("opt-allowed"))
    async def channel(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        allowed: bool,
    ) -> None:
        """Allows or forbids a channel; while none is allowed, all are."""
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
        interaction: Interaction,
        limit: str,
        value: app_commands.Range[int, 0, 1_000_000] | None = None,
    ) -> None:
        """Sets a limit; without a value it is the host's default again."""
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
        reset=localized("opt-role-reset"),
    )
    async def role(
        self,
        interaction: Interaction,
        role: discord.Role,
        weight: app_commands.Range[int, 1, MOST_WEIGHT] | None = None,
        limit: str | None = None,
        value: app_commands.Range[int, 1, 1_000_000] | None = None,
        reset: bool = False,
    ) -> None:
        """Sets the weight in the queue and the limits of a role's members."""
        settings = self._settings(interaction)
        roles = dict(settings.roles)
        rule = roles.pop(role.id, RoleRule())
        if not reset:
            if value is not None and limit is None:
                raise UserFacingError("config-role-value-without-limit")
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
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        stars: app_commands.Range[int, 1, 100] = 3,
    ) -> None:
        """Sets the gallery channel; without a channel there is no gallery."""
        _require_writable(interaction, channel)
        settings = replace(
            self._settings(interaction),
            gallery_channel=None if channel is None else channel.id,
            gallery_stars=stars,
        )
        await self._save(interaction, settings, f"gallery {channel}, {stars} stars")

    @app_commands.command(name="log", description=localized("cmd-config-log"))
    @app_commands.describe(channel=localized("opt-log"))
    async def log(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Sets the channel for audit log entries and reports; without a channel there is none."""
        _require_writable(interaction, channel)
        settings = replace(self._settings(interaction), log_channel=None if channel is None else channel.id)
        await self._save(interaction, settings, f"log {channel}")

    @app_commands.command(name="preview", description=localized("cmd-config-preview"))
    @app_commands.describe(seconds=localized("opt-seconds"))
    async def preview(self, interaction: Interaction, seconds: app_commands.Range[float, 1, 60] | None = None) -> None:
        """Sets the interval of previews; without a number it is the host's default again."""
        least = self._config.progress.interval_s
        if seconds is not None and seconds < least:
            raise UserFacingError("config-preview-range", least=f"{least:g}")
        await self._save(interaction, replace(self._settings(interaction), preview_s=seconds), f"preview {seconds}")

    @app_commands.command(name="spoiler", description=localized("cmd-config-spoiler"))
    @app_commands.describe(covered=localized("opt-covered"))
    async def spoiler(self, interaction: Interaction, covered: bool) -> None:
        """Makes every picture a spoiler, or not."""
        await self._save(interaction, replace(self._settings(interaction), spoiler=covered), f"spoiler {covered}")

    @app_commands.command(name="screening", description=localized("cmd-config-screening"))
    @app_commands.choices(mode=MODES)
    @app_commands.describe(
        mode=localized("opt-mode"), channel=localized("opt-screening-channel"), restricted=localized("opt-restricted")
    )
    async def screening(
        self,
        interaction: Interaction,
        mode: str,
        channel: discord.TextChannel | None = None,
        restricted: bool = False,
    ) -> None:
        """Sets the screening mode of a channel, of all age-restricted channels, or of all others."""
        if not self._config.concept:
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

    @app_commands.command(name="canvas", description=localized("cmd-config-canvas"))
    @app_commands.describe(
        canvas=localized("opt-canvas-name"), allowed=localized("opt-canvas-allowed"), default=localized("opt-default")
    )
    async def canvas(self, interaction: Interaction, canvas: str, allowed: bool = True, default: bool = False) -> None:
        """Allows or forbids one of the host's canvases, and sets the default one."""
        offered = self._canvases.offered
        if not offered:
            raise UserFacingError("config-no-canvases")
        if canvas not in (DEFAULT_CANVAS, *offered):
            raise UserFacingError("wrong-canvas", canvases=", ".join((DEFAULT_CANVAS, *offered)))
        if not allowed and (default or canvas == DEFAULT_CANVAS):
            raise UserFacingError("config-canvas-needed", canvas=DEFAULT_CANVAS)
        settings = self._settings(interaction)
        # Names that the host no longer offers are forgotten here.
        others = tuple(name for name in settings.canvases_off if name != canvas and name in offered)
        chosen = canvas if default else settings.canvas
        if chosen == DEFAULT_CANVAS or (chosen == canvas and not allowed):
            chosen = ""
        off = others if allowed else (*others, canvas)
        words = f"canvas {canvas} {'default' if default else 'allowed' if allowed else 'forbidden'}"
        await self._save(interaction, replace(settings, canvas=chosen, canvases_off=off), words)

    @canvas.autocomplete("canvas")
    async def complete_canvas(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Suggests all of the host's canvases, the forbidden ones too."""
        return matching((DEFAULT_CANVAS, *self._canvases.offered), current)

    @app_commands.command(name="language", description=localized("cmd-config-language"))
    @app_commands.choices(
        language=[
            app_commands.Choice(name=localized(f"language-{name}"), value=name) for name in ("server", *LANGUAGES)
        ]
    )
    @app_commands.describe(language=localized("opt-language"))
    async def language(self, interaction: Interaction, language: str) -> None:
        """Sets the language of public messages; private answers use each member's own language."""
        selected = language if language in LANGUAGES else ""
        await self._save(interaction, replace(self._settings(interaction), language=selected), f"language {language}")

    @app_commands.command(name="reset", description=localized("cmd-config-reset"))
    async def reset(self, interaction: Interaction) -> None:
        """Resets all settings but a pause."""
        await self._save(interaction, GuildSettings(paused=self._settings(interaction).paused), "reset")

    def _settings(self, interaction: Interaction) -> GuildSettings:
        return self._guilds.of(require_manager(interaction).guild_id)

    def _within(self, name: Limit, value: int) -> int:
        least, most = self._config.limits.least(name), self._config.limits.most(name)
        if not least <= value <= most:
            raise UserFacingError("config-limit-range", least=least, most=most)
        return value

    async def _save(self, interaction: Interaction, settings: GuildSettings, what: str) -> None:
        await self._moderation.configure(require_manager(interaction), settings, what)
        await reply_privately(interaction, "config-saved")


def _require_writable(interaction: Interaction, channel: discord.TextChannel | None) -> None:
    """Refuses a channel that the bot cannot post to: later errors would be seen only in the log."""
    if channel is None or interaction.guild is None:
        return
    granted = channel.permissions_for(interaction.guild.me)
    missing = [name.replace("_", " ").title() for name in WRITABLE if not getattr(granted, name)]
    if missing:
        raise UserFacingError("config-cannot-write", channel=channel.mention, permissions=", ".join(missing))
