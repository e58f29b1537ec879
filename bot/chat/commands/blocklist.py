"""`/mod blocklist`: words that may not be used in this server's prompts."""

from collections.abc import Sequence
from typing import Final

from discord import app_commands

from bot.chat.context import Interaction, moderates, require_moderator
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.submission import reply_privately
from bot.community import blocklist
from bot.community.blocklist import PatternError
from bot.community.blocklist_search import search
from bot.community.moderation import Moderation, TooManyPatternsError
from bot.store.blocklist import Blocked

TEXT_CHARACTERS: Final = 1900
MOST_NAMED: Final = 20
"""Patterns that `/mod blocklist test` names; a message has room for twenty of the longest."""


class BlocklistGroup(app_commands.Group):
    """The group `/mod blocklist`.

    Args:
        moderation: Changes the list.
        blocked: Gives a server's patterns.
        host_patterns: Patterns that the host blocks in every server; they are counted, but never shown.
    """

    def __init__(self, moderation: Moderation, blocked: Blocked, host_patterns: Sequence[str]) -> None:
        super().__init__(name="blocklist", description=localized("cmd-blocklist"))
        self._moderation = moderation
        self._blocked = blocked
        self._host_patterns = host_patterns

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """As in `ModGroup`; discord.py does not call the check of the group above."""
        require_moderator(interaction)
        return True

    @app_commands.command(name="add", description=localized("cmd-blocklist-add"))
    @app_commands.describe(pattern=localized("opt-pattern"))
    async def add(self, interaction: Interaction, pattern: app_commands.Range[str, 1, blocklist.MAX_LENGTH]) -> None:
        """Adds a pattern."""
        try:
            added = await self._moderation.block(require_moderator(interaction), pattern)
        except PatternError as error:
            raise _not_valid(error) from error
        except TooManyPatternsError as error:
            raise UserFacingError("pattern-too-many", most=blocklist.MAX_PATTERNS) from error
        if added is None:
            raise UserFacingError("pattern-exists")
        await reply_privately(interaction, "pattern-added", pattern=added)

    @app_commands.command(name="remove", description=localized("cmd-blocklist-remove"))
    @app_commands.describe(pattern=localized("opt-pattern"))
    async def remove(self, interaction: Interaction, pattern: str) -> None:
        """Removes a pattern."""
        try:
            removed = await self._moderation.unblock(require_moderator(interaction), pattern)
        except PatternError as error:
            raise _not_valid(error) from error
        await reply_privately(interaction, "pattern-removed" if removed else "pattern-unknown")

    @remove.autocomplete("pattern")
    async def complete(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Suggests this server's patterns, to moderators only."""
        if not moderates(interaction):
            return []
        known = await self._blocked.of(interaction.guild_id or 0)
        return [app_commands.Choice(name=entry, value=entry) for entry in known if current.casefold() in entry][:25]

    @app_commands.command(name="test", description=localized("cmd-blocklist-test"))
    @app_commands.describe(text=localized("opt-test-text"))
    async def test(self, interaction: Interaction, text: app_commands.Range[str, 1, 1000]) -> None:
        """Shows which patterns match a text; of the host's only how many."""
        own = await search(await self._blocked.of(interaction.guild_id or 0), text)
        hosts = await search(self._host_patterns, text)
        if not own and not hosts:
            await reply_privately(interaction, "pattern-no-match")
            return
        named = ", ".join(f"`{pattern}`" for pattern in own[:MOST_NAMED])
        await reply_privately(interaction, "pattern-matches", patterns=named or "–", hosts=len(hosts))

    @app_commands.command(name="list", description=localized("cmd-blocklist-list"))
    async def list_(self, interaction: Interaction) -> None:
        """Lists this server's patterns."""
        t = localizer(interaction.locale)
        patterns = await self._blocked.of(interaction.guild_id or 0)
        count = t("pattern-count", own=len(patterns), hosts=len(self._host_patterns))
        text = _list_of(patterns, TEXT_CHARACTERS - len(count)) or t("pattern-none")
        await interaction.response.send_message(f"{count}\n{text}", ephemeral=True)


def _not_valid(error: PatternError) -> UserFacingError:
    return UserFacingError(f"pattern-{error.problem}", word=error.word, most=blocklist.MAX_LENGTH)


def _list_of(patterns: Sequence[str], most: int) -> str:
    """The patterns in at most so many characters; says how many are left out."""
    shown = list(patterns)
    while True:
        rest = len(patterns) - len(shown)
        text = ", ".join(f"`{pattern}`" for pattern in shown) + (f" … (+{rest})" if rest else "")
        if len(text) <= most:
            return text
        shown.pop()
