"""Builds and parses forms. Their custom_id holds their state, so forms opened before a restart still work."""

import re
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.chat.i18n.localizer import Localizer
from bot.jobs.job import Job
from guidance.request.request import PROMPT_CHARACTERS

TITLE_CHARACTERS: Final = 45
REASON_CHARACTERS: Final = 500
PARAMETER_CHARACTERS: Final = 200
CUSTOM_ID: Final = re.compile(
    r"(?P<form>edit(?=:\d+$)|init(?=:[0-9a-f]{64}$)|report(?=:\d+:\d+$)):(?P<target>[0-9a-f:]+)", re.ASCII
)
BELOW: Final = 2**63
"""Ids and job numbers of Discord and of the database are less."""


@dataclass(frozen=True, slots=True)
class ModalSubmission:
    """A submitted form.

    Attributes:
        form: "edit", "init" or "report".
        target: The job's id; the image's sha256; or the message, as "channel_id:message_id".
        fields: The input by field name.
    """

    form: str
    target: str
    fields: dict[str, str]


def edit(job: Job, t: Localizer) -> discord.ui.Modal:
    """The form to change the prompt and parameters of a job."""
    form = discord.ui.Modal(title=t("form-edit")[:TITLE_CHARACTERS], custom_id=f"edit:{job.id}")
    _add(form, t, "prompt", job.request.prompt, PROMPT_CHARACTERS, long=True)
    _add(form, t, "negative", job.request.negative, PROMPT_CHARACTERS, required=False)
    _add(form, t, "parameters", f"--steps {job.request.steps}", PARAMETER_CHARACTERS, required=False)
    return form


def init(sha256: str, t: Localizer) -> discord.ui.Modal:
    """The form to start from a stored image."""
    form = discord.ui.Modal(title=t("form-init")[:TITLE_CHARACTERS], custom_id=f"init:{sha256}")
    _add(form, t, "prompt", "", PROMPT_CHARACTERS, long=True)
    _add(form, t, "strength", "", 5, required=False)
    _add(form, t, "parameters", "", PARAMETER_CHARACTERS, required=False)
    return form


def report(channel_id: int, message_id: int, t: Localizer) -> discord.ui.Modal:
    """The form to report a message."""
    form = discord.ui.Modal(title=t("form-report")[:TITLE_CHARACTERS], custom_id=f"report:{channel_id}:{message_id}")
    _add(form, t, "reason", "", REASON_CHARACTERS, long=True)
    return form


def parse_submission(interaction: "discord.Interaction[Any]") -> ModalSubmission | None:
    """The submitted form of an interaction; None if it is something else."""
    if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
        return None
    data: dict[str, Any] = dict(interaction.data)
    match = CUSTOM_ID.fullmatch(str(data.get("custom_id", "")))
    if match is None or (match["form"] != "init" and any(int(part) >= BELOW for part in match["target"].split(":"))):
        return None
    fields = {}
    for row in data.get("components", []):
        for field in [row["component"]] if "component" in row else row.get("components", []):
            fields[str(field["custom_id"])] = str(field.get("value") or "")
    return ModalSubmission(match["form"], match["target"], fields)


def _add(
    form: discord.ui.Modal,
    t: Localizer,
    name: str,
    value: str,
    most: int,
    *,
    required: bool = True,
    long: bool = False,
) -> None:
    hint = f"field-{name}-hint"
    form.add_item(
        discord.ui.Label(
            text=t(f"field-{name}"),
            description=t(hint) if t.has(hint) else None,
            component=discord.ui.TextInput(
                custom_id=name,
                style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
                default=value[:most] or None,
                required=required,
                max_length=most,
            ),
        )
    )
