"""The settings of a server as text, for `/config show`."""

from bot.chat.i18n.localizer import Localizer
from bot.community.guild_settings import GuildSettings, Limit
from bot.config import Config
from bot.jobs.canvases import Canvases


def settings_text(settings: GuildSettings, host: Config, canvases: Canvases, t: Localizer) -> str:
    """All settings of a server, one a line; the host's default where it has none of its own."""
    none = t("config-none")
    lines = [
        t("config-channels", channels=" ".join(f"<#{known}>" for known in settings.channels) or t("config-all")),
        *(f"{_limit(name, t)}: {settings.limit(name, getattr(host.limits, name))}" for name in Limit),
    ]
    for role, rule in settings.roles.items():
        limits = ", ".join(f"{_limit(name, t)} {number}" for name, number in rule.limits.items())
        lines.append(t("config-role", role=f"<@&{role}>", weight=rule.weight, limits=limits or "–"))
    gallery = none if settings.gallery_channel is None else f"<#{settings.gallery_channel}>"
    lines.append(t("config-gallery", channel=gallery, stars=settings.gallery_stars))
    lines.append(t("config-log", channel=none if settings.log_channel is None else f"<#{settings.log_channel}>"))
    lines.append(t("config-preview-interval", seconds=f"{settings.preview_s or host.progress.interval_s:g}"))
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
    if canvases.offered:
        names = ", ".join(canvases.choices(settings))
        lines.append(t("config-canvases", canvases=names, default=canvases.default(settings)))
    lines.append(t("config-language", language=t(f"language-{settings.language or 'server'}")))
    if settings.paused is not None:
        lines.append(t("config-paused"))
    return "\n".join(lines)[:4096]


def _limit(name: Limit, t: Localizer) -> str:
    return t(f"limit-{name.replace('_', '-')}")
