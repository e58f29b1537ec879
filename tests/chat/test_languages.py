"""In which language somebody is spoken to, and what is said where that language lacks a text."""

from pathlib import Path

import pytest

from bot.chat import texts
from tests.chat.town import Town, answer


def test_what_a_language_lacks_is_said_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.ftl").write_text("both = both\nenglish = { $count } in English\n")
    (tmp_path / "de.ftl").write_text("both = beide\n")
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    monkeypatch.setattr(texts, "_bundle", texts._bundle.__wrapped__)
    say = texts.Voice("de")
    assert (say("both"), say("english", count="3")) == ("beide", "3 in English")
    assert (say.knows("english"), say.knows("neither")) == (True, False)
    with pytest.raises(LookupError, match="neither"):
        say("neither")


async def test_a_language_that_is_not_known_here_is_english(place: Town) -> None:
    place.locales |= {place.ada.id: "fr", place.ben.id: "de"}
    assert "Nothing waits." in answer(await place.ada.slash(place.channel, "queue"))
    assert "Nichts wartet." in answer(await place.ben.slash(place.channel, "queue"))
