"""What people type for other programs is understood, or named with what to use here; never taken for words."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.request.flags import FLAGS, parse
from guidance.request.foreign_flags import ALIASES, FOREIGN_FLAGS
from guidance.request.prompt import PromptError, clean, clean_negative
from guidance.request.request import Request, RequestError

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
SHAPES = (
    " ―ar 16:9", " −−ar 16:9", " \u2011\u2011ar 16:9", " -–ar 16:9", " ---ar 16:9", " —AR 16:9", " — ar 16:9",
    "—ar 16:9",    " - -ar  16 :9", " -- ar 16:9", "-- ar 16:9", " -ar 16:9", "--ar 16:9", " --ar16:9",
    " --ar:16:9", " --ar: 16:9", ' --ar "16:9"', " --ar “16:9”", " --aspect_ratio=16:9",
)  # fmt: skip
"""Ways in which people have typed and pasted `--ar 16:9`."""
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("castle:2|fog:0.5", "castle::2 fog::0.5"),
        ("castle:2 | fog:0.5", "castle::2 fog::0.5"),
        ("castle | fog", "castle::1 fog"),
        ("prompt one:0.25 | prompt two:0.50 | three:0.25", "prompt one::0.25 prompt two::0.5 three::0.25"),
        ("a matte painting:1.5 by Leonardo:1.2 chiaroscuro:1.0", "a matte painting::1.5 by Leonardo::1.2 chiaroscuro"),
        ("a photo of a dog:10 wearing a hat", "a photo of a dog::10 wearing a hat"),
        ("castle:2, umbrella:-1", "castle::2 umbrella::-1"),
        ("(fog:1.3)", "fog::1.3"),
        ("a castle in (fog:1.3)", "a castle in fog::1 fog::0.3"),
        ("a castle in ((fog))", "a castle in fog::1 fog::0.21"),
        ("(((fog)))", "fog::1.331"),
        ("{{fog}} over a castle", "fog over a castle::1 fog::0.1025"),
        ("a castle, (fog:0.5), night", "a castle, night::1 fog::0.5"),
        ("a castle, [[fog]]", "a castle::1 fog::0.8264"),
        ("(fog : 1.2) and (mist)1.5", "fog and mist::1 fog::0.2 mist::0.5"),
        ("a ((castle and ((fog))))", "a castle and fog::1 fog::0.2541 castle and fog::0.21"),
        ("(a castle:1.2)::2 sky", "a castle::2.4 sky"),
        ("a castle at 60 %: a ruin in (fog:1.5)", "a castle at 60 %: a ruin in fog::1 fog::0.5"),
        (r"saber \(series\)", "saber (series)"),
        ("a castle in ((fog:1.2))", "a castle in fog::1 fog::0.2"),
        ("a (castle in (fog:1.2):1.5)", "a castle in fog::1 fog::0.3 castle in fog::0.5"),
        ("a castle AND fog", "a castle::1 fog"),
        ("a castle (fog:0)", "a castle"),
        ("a castle AND_PERP fog", "a castle::1 fog"),
        ("a castle :1.2 AND fog :0.5", "a castle::1.2 fog::0.5"),
        ("a castle BREAK fog, BREAK night BREAK", "a castle::1 fog::1 night"),
        ("a castle in fog++", "a castle in fog::1 fog::0.21"),
        ("a castle in (thick fog)+", "a castle in thick fog::1 thick fog::0.1"),
        ("a castle, fog--", "a castle::1 fog::0.81"),
        ("a castle, (thick fog)-", "a castle::1 thick fog::0.9"),
        ("a castle, 1.5::fog::", "a castle, fog::1 fog::0.5"),
        ("a castle, 0.5::thick fog::, night", "a castle, night::1 thick fog::0.5"),
        ("a castle, -1::fog::", "a castle::1 fog::-1"),
        ('{0: ["a castle:5", "fog:-1"]}', "a castle::5 fog::-1"),
        ("['a castle', 'fog']", "a castle::1 fog"),
        ('text_prompts = {0: ["a castle:5", "fog:-1"]}', "a castle::5 fog::-1"),
        ("[“a castle:2”, “fog:1”]", "a castle::2 fog"),
        ('"a castle","fog:-2"', "a castle::1 fog::-2"),
        ("castle:2:0.1 | fog:1:-inf", "castle::2 fog"),
        ("[fog:1.3], a castle", "fog, a castle::1 fog::0.3"),
        ("{fog:1.3}", "fog::1.3"),
        ("(fog:1,3)", "fog::1.3"),
        ("((fog):1.3)", "fog::1.3"),
        ("a castle::2, fog::0,5", "a castle::2, fog::0,5"),
        ("a {0.8::castle}", "a castle"),
        (r"Castle\: a story", "Castle: a story"),
        ("a [cow|horse] in a field", "a cow in a field::0.5 a horse in a field::0.5"),
        ("a [red|blue] [cow|ox]", "a red cow::0.25 a blue cow::0.25 a red ox::0.25 a blue ox::0.25"),
    ],
)  # fmt: skip
def test_weights_of_other_programs_are_weights(text: str, prompt: str) -> None:
    assert parse(text).prompt == prompt
    assert parse(prompt).prompt == prompt


@pytest.mark.parametrize(
    "text",
    [
        "saber (series)",
        "[bacon] and {eggs}",
        "a ||hidden|| castle",
        "a clock at 12:30",
        "John 3:16",
        "(John 3:16)",
        "a picture (in 16:9)",
        "a ratio of 16:9",
        "still life: 3 apples",
        "smile :) and :(",
        "Blade Runner:2049",
        "a book about C++",
        "Disney+ on a screen",
        "pre- and post-war",
        "COFFEE BREAK AND CAKE",
        "rock and roll",
        "[John 3:16]",
        "route 66::2 fog",
        "((unclosed",
        "castle::2 fog::0.5",
        "a castle (in fog) at 60 %: a ruin",
        "a dog—no cat",
        "a castle — no people, just fog",
        "a picture – style of Monet",
        "a car -- fast and red",
        "a car —fast and red",
        "a hike —steps in the snow",
        "shoes - size 42",
        "low-key -- video game art",
        "{a castle, fog}",
        "__ and snake_case__",
        "1 < 2 and <3",
        "2 ^ 3",
        'she says "hello" and leaves',
    ],
)
def test_brackets_and_colons_of_ordinary_text_stay(text: str) -> None:
    assert parse(text).prompt == text


@given(st.text(st.sampled_from("ab 1.:|()[]{}-+\\,'\""), max_size=40))
def test_any_brackets_are_read_or_refused(text: str) -> None:
    try:
        prompt = parse(text).prompt
    except PromptError:
        return
    assert parse(prompt).prompt is not None


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("a castle --aspect 16:9", {"aspect": (16, 9)}),
        ("a castle --ar 16x9", {"aspect": (16, 9)}),
        ("a castle --ratio 3/2", {"aspect": (3, 2)}),
        ("a castle —aspect 16:9", {"aspect": (16, 9)}),
        ("a castle --negative fog, people", {"settings": {"negative": "fog, people"}}),
        ("a castle --neg (fog:1.4), people", {"settings": {"negative": "fog, people"}}),
        ("a castle --seed -1", {}),
        ("/imagine prompt: a castle --seed random", {}),
        ("/imagine a castle", {}),
        ("a castle ––ar 3:2", {"aspect": (3, 2)}),
        ("a --ar 16:9, castle", {"aspect": (16, 9)}),
        ("a castle seed=7 steps=30 np=fog", {"settings": {"seed": 7, "steps": 30, "negative": "fog"}}),
        (
            "a castle\nNegative prompt: (worst quality, fog:1.4)\nSteps: 20, Seed: 7, Size: 512x768",
            {"settings": {"negative": "worst quality, fog", "steps": 20, "seed": 7}, "aspect": (512, 768)},
        ),
        ("a castle Negative prompt: fog", {"settings": {"negative": "fog"}}),
        ("a castle, negative prompt: fog", {"settings": {"negative": "fog"}}),
        ("prompt: a castle, negative: fog", {"settings": {"negative": "fog"}}),
        ("a castle###fog, people", {"settings": {"negative": "fog, people"}}),
        ("a castle -no fog", {"settings": {"negative": "fog"}}),
        ('a castle --no "fog, people"', {"settings": {"negative": "fog, people"}}),
        ("a castle --neg_prompt fog", {"settings": {"negative": "fog"}}),
        *((f"a castle{flag}", {"aspect": (16, 9)}) for flag in SHAPES),
        ("a castle --ar 2.39:1", {"aspect": (239, 100)}),
        ("a castle --ar 1.5", {"aspect": (3, 2)}),
        ("a castle --ar portrait", {"aspect": (2, 3)}),
        ("a castle -seed 5 --steps: 30", {"settings": {"seed": 5, "steps": 30}}),
        ("a castle --num_inference_steps 30", {"settings": {"steps": 30}}),
        ('"a castle" --ar 16:9', {"aspect": (16, 9)}),
        ("“a castle”", {}),
        ("!dream a castle", {}),
        ("dream> a castle", {}),
        ("/generate prompt:a castle steps:30 seed:7", {"settings": {"seed": 7, "steps": 30}}),
        ("a castle /* fog */", {}),
    ],
)
def test_flags_of_other_programs_that_mean_the_same_are_read(text: str, settings: dict[str, Any]) -> None:
    parsed = parse(text)
    assert parsed.prompt == "a castle"
    assert (parsed.aspect, parsed.settings) == (settings.get("aspect"), settings.get("settings", {}))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a castle --v 5", ["--v", "the model is chosen"]),
        ("a castle --s 250", ["--s", "--style"]),
        ("a castle --chaos 20", ["--chaos", "--seed"]),
        ("a castle --iw 2", ["--iw", "start from a picture"]),
        ("a castle --q 2", ["--q", "--steps"]),
        ("a castle --tile", ["--tile", "nothing like it"]),
        ("--v 5 --s 250 --chaos 20 --iw 2 --q 2 --tile a castle", ["--v", "--s", "--chaos", "--iw", "--q", "--tile"]),
        ("a castle --niji --raw --weird=50 --turbo", ["--niji", "--raw", "--weird", "--turbo"]),
        ("a castle —v 5 —s 250", ["--v", "--s"]),
        ("a castle --cfg_scale 7.5 --sampler k_euler --width 512 --n_iter 4", ["--cfg_scale", "--sampler", "--width"]),
        ("a castle -s50 -S123 -W512 -C7.5", ["-s50", "-S123", "-W512", "-C7.5"]),
        ('a castle -W512 -A"k_euler"', ["-W512", "k_euler"]),
        ("https://example.org/a.png a castle", ["https://example.org/a.png", "links are not opened"]),
        ("a castle --sref https://example.org/a.png 123", ["--sref"]),
        ("a castle <lora:detail:0.8>", ["<lora:detail:0.8>", "nothing like it"]),
        ("a castle <@123456789012345678> <#5>", ["<@123456789012345678>", "write the name"]),
        ("a castle\nSteps: 20, Sampler: Euler a, CFG scale: 7", ["Sampler, CFG scale"]),
        ("a castle --whatever 5", ["--whatever is unknown"]),
        ("a {castle|ruin}", ["{castle|ruin}", "name one of them"]),
        ("a castle <random:red,blue>", ["<random:red,blue>", "nothing like it"]),
        ("a castle embedding:EasyNegative", ["embedding:EasyNegative"]),
        ("a castle.swap(ruin)", [".swap(ruin)", "weights"]),
        ("a castle steps:20 width:512", ["--width"]),
        ("a castle —niji 6 —stylize 250 —raw —hd", ["--niji", "--stylize", "--raw", "--hd"]),
        ("a castle --style raw --v6 --s250 --q .5 --stylize 1,000", ["--style raw", "--v", "--s", "--q", "--stylize"]),
        ("a castle--v 5.1", ["--v"]),
        ("a castle --p abc123 d4 --sref 12::2 34", ["--p", "--sref"]),
        ("a castle --sref random --end https://example.org/a.png", ["--sref", "--end", "links are not opened"]),
        ("a castle -w 512 -h 512 -v 5 -n 4 -i", ["-w 512", "-h 512", "-v 5", "-n 4", "-i (choose the number"]),
        ("a castle --zoom 2 --remix --wallpaper --instant", ["--zoom", "--remix", "--wallpaper", "--instant"]),
        ("/image prompt:a castle height:384 sampler:ddim scale:10", ["--height", "--sampler", "--scale"]),
        ("a {castle, ruin} --ar {1:1, 16:9}", ["{castle, ruin}", "{1:1, 16:9}"]),
        ("{a castle|{a ruin|fog}}", ["{a ruin|fog}", "name one of them"]),
        ("a {2$$castle|fog}", ["{2$$castle|fog}"]),
        ("a __castle__", ["__castle__", "write the word"]),
        ("a __building/castle__", ["__building/castle__"]),
        ("a castle <gta5-artwork>", ["<gta5-artwork>"]),
        ("a castle <lora:fairy:0.5:1,0,0,1>", ["<lora:fairy"]),
        ("a castle (embedding:easynegative:1.2)", ["embedding:easynegative"]),
    ],
)
def test_what_has_no_counterpart_is_named_and_the_rest_can_be_made(text: str, named: list[str]) -> None:
    with pytest.raises(RequestError) as caught:
        Request.resolve(text)
    for name in named:
        assert name in str(caught.value)
    assert caught.value.without is not None
    assert parse(caught.value.without).prompt == "a castle"


@pytest.mark.parametrize("name", sorted(FOREIGN_FLAGS))
def test_every_foreign_flag_is_named_with_what_to_use(name: str) -> None:
    with pytest.raises(PromptError, match=re.escape(f"--{name} (")) as caught:
        parse(f"a castle --{name}")
    assert caught.value.without == "a castle"
    assert caught.value.column == 10


def test_no_name_is_both_foreign_and_known_here() -> None:
    assert not FOREIGN_FLAGS.keys() & (FLAGS.keys() | ALIASES.keys())
    assert set(ALIASES.values()) <= FLAGS.keys()


def test_a_changing_subject_of_another_program_is_refused_with_the_way_it_is_written_here() -> None:
    for text in ("a [castle:ruin:0.5]", "a [castle:ruin:20]", "a castle [in fog:0.3]", "a castle [in fog::0.3]",
        "a castle ^ a ruin", '{0: ["a castle"], 100: ["a ruin"]}', '{"0": "a castle", "30": "a ruin"}'):  # fmt: skip
        with pytest.raises(PromptError, match=r"at 50 %") as caught:
            parse(text)
        assert caught.value.without is None


@pytest.mark.parametrize(
    "text", ["(cat:0)", "a dog (cat:99)", "a dog, 99::cat::", "((((cat:9):9)))", "(cat:1)++ (dog:-50)"]
)
def test_a_weight_of_another_program_that_is_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(PromptError, match="is not a weight; write a number, -10 to 10, but not 0"):
        parse(text)


def test_words_that_no_takes_all_are_the_reason_of_an_empty_prompt() -> None:
    with pytest.raises(RequestError, match=r"--no takes all words after it.*a cat --no dogs"):
        Request.resolve("--no dogs a cat")
    with pytest.raises(RequestError, match="the prompt is empty; say"):
        Request.resolve("--seed 5")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a <:pepe:123456789012345678>", "a pepe"),
        ("<a:party_parrot:123456789012345678>!", "party parrot!"),
        ("a castle in :party_parrot: style", "a castle in party parrot style"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_custom_emoji_are_their_names(typed: str, shown: str) -> None:
    assert parse(typed).prompt == shown
    assert clean_negative(typed) == shown
    assert Request.resolve("a cat", negative=typed).negative == shown


@pytest.mark.parametrize(
    "text",
    ["👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "👩🏽\u200d🚀", "🏴\u200d☠\ufe0f", PERSIAN, "क्\u200dष", SCOTLAND],
)
def test_what_joins_letters_or_emoji_stays(text: str) -> None:
    assert clean(text) == text
    assert Request.resolve(text).prompt == text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cas\u200dtle", "castle"),
        ("ca\u200cs\u200dtle", "castle"),
        ("\u200dcastle\u200c", "castle"),
        ("👨\u200d castle", "👨 castle"),
        (PERSIAN.replace("\u200c", "\u200c\u200c"), PERSIAN),
        ("castle\U000e0061\U000e0062", "castle"),
        ("\u3164cas\u1160t\u034fle\uffa0", "castle"),
        ("c\ufe0fas\ufe00t\U000e0101le \ufe0f", "castle"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f"),
        ("🏴\U000e0061" + "\U000e0062" * 9 + "\U000e007f", "🏴"),
    ],
)
def test_joiners_that_change_nothing_visible_go(typed: str, shown: str) -> None:
    assert clean(typed) == shown
