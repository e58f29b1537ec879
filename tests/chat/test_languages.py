"""The language of texts, and English for texts that a language lacks."""

from pathlib import Path

import pytest

from bot.chat.i18n import localizer
from tests.chat.harness import BotHarness
from tests.chat.reading import answer


def test_what_a_language_lacks_is_said_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.ftl").write_text("both = both\nenglish = { $count } in English\n")
    (tmp_path / "de.ftl").write_text("both = beide\n")
    monkeypatch.setattr(localizer, "FOLDER", tmp_path)
    monkeypatch.setattr(localizer, "_bundle", localizer._bundle.__wrapped__)
    translate = localizer.Localizer("de")
    assert (translate("both"), translate("english", count="3")) == ("beide", "3 in English")
    assert (translate.has("english"), translate.has("neither")) == (True, False)
    with pytest.raises(LookupError, match="neither"):
        translate("neither")


async def test_a_language_that_is_not_known_here_is_english(harness: BotHarness) -> None:
    harness.locales |= {harness.ada.id: "fr", harness.ben.id: "de"}
    assert "The queue is empty." in answer(await harness.ada.slash(harness.channel, "queue"))
    assert "Die Warteschlange ist leer." in answer(await harness.ben.slash(harness.channel, "queue"))
