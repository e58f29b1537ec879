"""The buttons under a picture. Their custom_id holds their state, so they still work after a restart."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

import discord

from bot.chat.errors import answer_error
from bot.chat.i18n.localizer import Localizer
from bot.delivery.messenger import Card
from bot.jobs.job import ACTIVE, PICTURED, Job, JobState
from bot.operations import logs


class TargetKind(StrEnum):
    """What a button acts on: one job, or a batch, named by its first job."""

    JOB = "job"
    BATCH = "sheet"  # as in the custom_id of existing buttons


class Action(StrEnum):
    """What a button does."""

    CANCEL = "cancel"
    FINISH = "finish"
    RERUN = "rerun"
    EDIT = "edit"
    VARY = "vary"
    MORE = "more"
    UPSCALE = "enlarge"  # as in the custom_id of existing buttons
    TIMELAPSE = "film"  # as in the custom_id of existing buttons
    INFO = "info"
    DELETE = "delete"
    PICK = "pick"
    VIEW = "look"  # as in the custom_id of existing buttons
    APPROVE = "approve"
    REJECT = "reject"


RERUN_EMOJI: Final = "🔁"
CANCEL_EMOJI: Final = "❌"
STAR_EMOJI: Final = "⭐"
VOTE_EMOJI: Final = "👍"

EMOJI: Final = {
    Action.FINISH: "⏹️",
    Action.RERUN: RERUN_EMOJI,
    Action.EDIT: "✏️",
    Action.VARY: "🎨",
    Action.MORE: "⏩",
    Action.UPSCALE: "🔍",
    Action.TIMELAPSE: "🎬",
    Action.INFO: "ℹ️",
    Action.DELETE: "🗑️",
    Action.VIEW: "👁️",
    Action.APPROVE: "✅",
    Action.REJECT: "🚫",
}
STYLES: Final = {
    Action.RERUN: discord.ButtonStyle.primary,
    Action.APPROVE: discord.ButtonStyle.success,
    Action.REJECT: discord.ButtonStyle.danger,
}
RUNNING_ACTIONS: Final = (Action.CANCEL, Action.FINISH)
FINISHED_ACTIONS: Final = (
    Action.RERUN,
    Action.EDIT,
    Action.VARY,
    Action.MORE,
    Action.UPSCALE,
    Action.TIMELAPSE,
    Action.INFO,
    Action.DELETE,
)
ENDED_ACTIONS: Final = (Action.RERUN, Action.EDIT, Action.INFO, Action.DELETE)
HELD_ACTIONS: Final = (Action.VIEW, Action.APPROVE, Action.REJECT)


def prefixes(batch_id: int) -> tuple[str, str]:
    """How the custom_ids in a message begin, if it is that of the job or batch with this id."""
    return f"{TargetKind.JOB}:{batch_id}:", f"{TargetKind.BATCH}:{batch_id}:"


@dataclass(frozen=True, slots=True)
class Target:
    """The job or batch that a button acts on."""

    kind: TargetKind
    job_id: int


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"(?P<kind>{'|'.join(TargetKind)}):(?P<job>\d{{1,18}}):(?P<action>{'|'.join(Action)})",
):
    """A button of a job's message; `JobActions` handles it."""

    def __init__(self, target: Target, action: Action, label: str | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=label,
                style=STYLES.get(action, discord.ButtonStyle.secondary),
                emoji=EMOJI.get(action),
                custom_id=f"{target.kind}:{target.job_id}:{action}",
            )
        )
        self._target = target
        self._action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for a pressed button whose custom_id matches the template."""
        del interaction, item
        return cls(Target(TargetKind(match["kind"]), int(match["job"])), Action(match["action"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """Handles a press. discord.py only logs errors raised here, so they are shown to the user here."""
        with logs.log_context(interaction=interaction.id, job=self._target.job_id):
            try:
                await interaction.client.handlers.buttons.press(interaction, self._target, self._action)
            except Exception as error:  # noqa: BLE001 - every error is shown to the user
                await answer_error(interaction, error)


def buttons(card: Card, t: Localizer) -> discord.ui.View:
    """The buttons of a message in its present state."""
    view = discord.ui.View(timeout=None)
    if len(card.jobs) > 1:
        _batch_buttons(card, t, view)
    else:
        job = card.first_job
        for action in _actions(job):
            view.add_item(_button(Target(TargetKind.JOB, job.id), action, t))
    return view


def _actions(job: Job) -> tuple[Action, ...]:
    match job.state:
        case JobState.QUEUED:
            return (Action.CANCEL,)
        case JobState.RUNNING:
            return RUNNING_ACTIONS
        case JobState.HELD:
            return HELD_ACTIONS
        case JobState.POSTING | JobState.DONE:
            return tuple(
                action for action in FINISHED_ACTIONS if action is not Action.TIMELAPSE or job.timelapse is not None
            )
        case _:
            return ENDED_ACTIONS


def _batch_buttons(card: Card, t: Localizer, view: discord.ui.View) -> None:
    for number, job in enumerate(card.jobs, start=1):
        if job.state in PICTURED:
            view.add_item(JobButton(Target(TargetKind.JOB, job.id), Action.PICK, str(number)))
    batch = Target(TargetKind.BATCH, card.first_job.id)
    if any(job.state in ACTIVE for job in card.jobs):
        view.add_item(_button(batch, Action.CANCEL, t))
    elif any(job.state is JobState.HELD for job in card.jobs):
        for action in HELD_ACTIONS:
            view.add_item(_button(batch, action, t))
    else:
        for action in ENDED_ACTIONS:
            view.add_item(_button(batch, action, t))


def _button(target: Target, action: Action, t: Localizer) -> JobButton:
    return JobButton(target, action, t(f"button-{action.name.lower()}"))
