"""Every text exists in both languages, has the same variables in both, and is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from bot.chat.i18n.localizer import FOLDER, LANGUAGES, localizer
from bot.chat.i18n.reasons import reason
from bot.jobs.admission import Refusal
from guidance.request import messages as reasons
from guidance.request.flags import FLAGS
from guidance.request.messages import Message
from guidance.request.parameters import PARAMETERS, RANGES
from guidance.request.request import Request, RequestError

BOT = Path(__file__).parents[2] / "bot"
NONCES = {"ready-*", "results-*", "over-*", "gallery-*", "guidance-*"}
"""Message nonces, which look like text ids, and the reasons of guidance, which have files of their own."""


class Variables(Visitor):
    """Collects the variables that a message needs."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - the library names it
        self.names.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """The variables of every message of a file."""
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for entry in resource.body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            variables = Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


def strings() -> Iterator[tuple[Path, str]]:
    """Every string of the bot's source; a part of an f-string that is filled in is a `*`."""
    for path in sorted(BOT.rglob("*.py")):
        if path.is_relative_to(BOT / "sandbox"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values]
                yield path, "".join(parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def calls() -> Iterator[tuple[Path, ast.expr, set[str]]]:
    """The text id and the variables of each call of a localizer."""
    for path in sorted((BOT / "chat").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in {"t", "localized", "UserFacingError"} and not any(
                keyword.arg is None for keyword in node.keywords
            ):
                yield path, node.args[0], {str(keyword.arg) for keyword in node.keywords}


ENGLISH = messages("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_the_same_texts_with_the_same_variables(language: str) -> None:
    assert messages(language) == ENGLISH


def test_every_text_in_the_code_exists_and_gets_its_variables() -> None:
    checked = 0
    for path, name, given in calls():
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            assert name.value in ENGLISH, f"{path.name} says {name.value!r}, which is no text"
            if given:
                assert ENGLISH[name.value] <= given, f"{path.name} says {name.value!r} without all it needs"
            checked += 1
    assert checked > 50


def test_every_text_id_prefix_in_the_code_has_texts() -> None:
    for path, pattern in strings():
        if re.fullmatch(r"[a-z]+-\*(?:-[a-z]+)?", pattern) and path.is_relative_to(BOT / "chat"):
            expression = re.compile(pattern.replace("*", "[a-z0-9-]+"))
            known = any(expression.fullmatch(name) for name in ENGLISH)
            assert known or pattern in NONCES, (path.name, pattern)


def test_every_text_is_used() -> None:
    constants = {text for _, text in strings()}
    families = [
        re.compile(text.replace("*", "[a-z0-9-]+"))
        for text in constants
        if "*" in text and re.fullmatch(r"[a-z0-9*-]+", text) and text.strip("*-")
    ]
    unused = [
        name
        for name in ENGLISH
        if name not in constants and not any(expression.fullmatch(name) for expression in families)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_text(language: str, refusal: Refusal) -> None:
    name = f"refused-{refusal.replace('_', '-')}"
    given = dict.fromkeys(ENGLISH[name], 3)
    for count in (0, 1, 3):
        assert localizer(language)(name, **(given | {"limit": count})).strip()


def test_every_audit_action_has_a_text_and_every_text_its_action() -> None:
    actions = set()
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                actions |= {arg.value for arg in node.args[1:2] if isinstance(arg, ast.Constant)}
    lines = {name.removeprefix("audit-") for name in ENGLISH if name.startswith("audit-")}
    assert "ban" in actions <= lines
    assert lines <= {text for _, text in strings()}


def test_every_stored_reason_is_a_text() -> None:
    for path, text in strings():
        if text.startswith("reason-"):
            assert text in ENGLISH, (path.name, text)


def test_an_unknown_text_or_a_missing_variable_raises() -> None:
    with pytest.raises(LookupError, match="no text"):
        localizer("en")("nothing-of-the-kind")
    with pytest.raises(LookupError, match="position"):
        localizer("de")("queued")
    assert localizer("fr").language == "en"
    assert localizer("en-GB").language == "en"
    assert localizer(None).language == "en"


def reasons_in(language: str) -> dict[str, set[str]]:
    """The variables of every reason of guidance in a language."""
    text = (FOLDER / f"reasons.{language}.ftl").read_text(encoding="utf-8")
    found = {}
    for entry in FluentParser().parse(text).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            variables = Variables()
            variables.visit(entry)
            found[entry.id.name.removeprefix("guidance-")] = variables.names
    return found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_reason_of_guidance_has_a_text_with_its_values(language: str) -> None:
    wanted = {
        name: {field for _, field, _, _ in Formatter().parse(text) if field}
        for name, text in reasons.ENGLISH.items()
        if name != "other"
    }
    assert reasons_in(language) == wanted


def test_every_message_in_the_code_of_guidance_has_an_english_text_and_its_values() -> None:
    checked = 0
    for path in sorted((BOT.parent / "guidance").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message"):
                continue
            if isinstance(node.args[0], ast.Constant):
                text = reasons.ENGLISH[str(node.args[0].value)]
                fields = {field for _, field, _, _ in Formatter().parse(text) if field}
                assert fields <= {str(keyword.arg) for keyword in node.keywords}, (path.name, text)
                checked += 1
    assert checked > 50
    for limits in RANGES.values():
        assert str(limits.message())
    assert str(FLAGS["no"]) == PARAMETERS["negative"].help


def test_errors_that_members_meet_have_an_id() -> None:
    """An error with a text of its own would stay English; those of files and of the command line may."""
    plain = []
    for folder in ("request", "optimize", "clip"):
        for path in sorted((BOT.parent / "guidance" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    called = getattr(node.exc.func, "id", "")
                    text = any(isinstance(value, ast.JoinedStr) for value in node.exc.args) or any(
                        isinstance(value, ast.Constant) and isinstance(value.value, str) for value in node.exc.args
                    )
                    if called in ("RequestError", "PromptError", "RenderError", "PictureError", "ModelError") and text:
                        plain.append((path.name, node.lineno))
    assert plain == []


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("a castle --v 5", "das gehört zu einem anderen Programm: --v (das Modell wählt, wer den Bot betreibt)"),
        ("a castle --sed 5", "ab Zeichen 10 nicht lesbar: --sed gibt es nicht; meinst du --seed?"),
        ("a castle --steps 0", "--steps 0 ist falsch: eine ganze Zahl, 1 bis 2000 Schritte"),
        ("--no dogs a cat", "der Prompt ist leer, weil --no alle Wörter danach nimmt"),
        ("a castle --ar 99:1", "jede Seite muss 64 bis 2048 Pixel haben"),
    ],
)
def test_reasons_of_guidance_are_german_in_german(text: str, german: str) -> None:
    with pytest.raises(RequestError) as caught:
        Request.resolve(text)
    assert german in reason(caught.value, localizer("de"))
    assert reason(caught.value, localizer("en")) == str(caught.value)
    assert isinstance(caught.value.message, Message)
    stored = caught.value.message.to_json()
    assert Message.from_json(stored) == caught.value.message


@pytest.mark.parametrize(
    "text", ["", "reason-broken", "{}", "[]", '["none",{}]', '["range",{"low":"1"}]', "[1,2]", "5"]
)
def test_a_text_that_is_no_message_is_none(text: str) -> None:
    assert Message.from_json(text) is None
