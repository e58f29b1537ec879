"""The language of texts, with English as the fallback."""

from pathlib import Path

import pytest

from bot.chat.i18n import localizer
from tests.chat.harness import BotHarness
from tests.chat.reading import answer


def test_a_text_missing_in_a_language_falls_back_to_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.ftl").write_text("both = both\nenglish = { $count } in English\n")
    (tmp_path / "de.ftl").write_text("both = beide\n")
    monkeypatch.setattr(localizer, "FOLDER", tmp_path)
    monkeypatch.setattr(localizer, "_bundle", localizer._bundle.__wrapped__)
    translate = localizer.Localizer("de")
    assert (translate("both"), translate("english", count="3")) == ("beide", "3 in English")
    assert (translate.has("english"), translate.has("neither")) == (True, False)
    with pytest.raises(LookupError, match="neither"):
        translate("neither")


async def test_an_unknown_language_falls_back_to_english(harness: BotHarness) -> None:
    harness.locales |= {harness.ada.id: "fr", harness.ben.id: "de"}
    assert "The queue is empty." in answer(await harness.ada.slash(harness.channel, "queue"))
    assert "Die Warteschlange ist leer." in answer(await harness.ben.slash(harness.channel, "queue"))
