"""The canvases that the host offers beside the plain ones: by the names that members use, and what they cost."""

from collections.abc import Mapping, Sequence

from bot.community.guild_settings import GuildSettings
from bot.config import CanvasConfig
from guidance.request.parameters import DEFAULT_CANVAS, MODEL_CANVASES, PLAIN_CANVASES, Settings
from guidance.request.request import Request

_PLAIN: Mapping[str, Settings] = {name: {"canvas": name, "canvas_model": ""} for name in PLAIN_CANVASES}


class Canvases:
    """The host's canvases; a server may allow only some of them, and have one of them as its default.

    Args:
        offered: The sections `canvas` of config.toml.
    """

    def __init__(self, offered: Sequence[CanvasConfig] = ()) -> None:
        self._offered = {entry.name: entry for entry in offered}

    @property
    def offered(self) -> list[str]:
        """Their names; empty if the host offers only the plain canvases."""
        return list(self._offered)

    def choices(self, settings: GuildSettings) -> list[str]:
        """What a member of a server may choose: the default canvas of guidance, and the host's that are allowed."""
        return [DEFAULT_CANVAS, *(name for name in self._offered if name not in settings.canvases_off)]

    def named(self, settings: GuildSettings) -> dict[str, Settings]:
        """What a prompt may name in a server, with the parameters that each name stands for."""
        allowed = {name: self._settings(name) for name in self.choices(settings) if name != DEFAULT_CANVAS}
        return {**_PLAIN, **allowed}

    def default(self, settings: GuildSettings) -> str:
        """The name of a server's default canvas."""
        return settings.canvas if settings.canvas in self.choices(settings) else DEFAULT_CANVAS

    def defaults(self, settings: GuildSettings) -> Settings:
        """The parameters of a request that names no canvas."""
        name = self.default(settings)
        return {} if name == DEFAULT_CANVAS else self._settings(name)

    def name_of(self, request: Request) -> str:
        """What members call a request's canvas; its kind, if the host does not offer it."""
        entry = self.entry_of(request)
        return request.canvas if entry is None else entry.name

    def entry_of(self, request: Request) -> CanvasConfig | None:
        """The host's section for a request's canvas; None for a plain one, and for one that is not offered."""
        if request.canvas not in MODEL_CANVASES:
            return None
        same = (e for e in self._offered.values() if (e.kind, e.model) == (request.canvas, request.canvas_model))
        return next(same, None)

    def cost_of(self, request: Request) -> float:
        """How often a step of the request costs that of a plain canvas."""
        entry = self.entry_of(request)
        return 1.0 if entry is None else entry.cost

    def _settings(self, name: str) -> Settings:
        entry = self._offered[name]
        return {"canvas": entry.kind, "canvas_model": entry.model, "tile": entry.tile}
