"""Coverage-guided fuzzing of the prompt parser and the image reader with atheris: `make fuzz`.

`python -m tests.hostile.fuzz prompt|picture [libFuzzer options]`, such as `-max_total_time=600`. An error that is not
one sentence for a person ends it, and the input is in a file `crash-…`.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

try:
    import atheris
except ImportError:
    atheris: Any = None  # type: ignore[no-redef]

NEEDED: Final = "skipped: atheris is not installed; install it with: pip install '.[fuzz]'"


def _prompt(data: bytes) -> None:
    from guidance.request.request import Request, RequestError

    text = atheris.FuzzedDataProvider(data).ConsumeUnicode(1200)
    try:
        request = Request.resolve(text, seed=1)
    except RequestError as error:
        str(error).encode()
        return
    if Request.from_json(request.to_json()) != request:
        raise AssertionError(f"another request is read back: {text!r}")


def _picture(data: bytes) -> None:
    from guidance.io.picture import PictureError, read_image, request_of

    for read in (lambda: read_image(data, max_pixels=100_000, side=64), lambda: request_of(data)):
        try:
            read()
        except PictureError as error:
            str(error).encode()


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {"prompt": _prompt, "picture": _picture}


def seeds(target: str) -> list[bytes]:
    """The corpus, as far as it is small, to begin with."""
    from tests.hostile.pictures import PICTURES, saved
    from tests.hostile.texts import TEXTS

    if target == "prompt":
        return [text.encode("utf-8", "replace") for text in TEXTS.values()]
    small = [make() for name, make in PICTURES.items() if "mega" not in name and "scans" not in name]
    kinds = [saved(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")]
    return [data for data in [*small, *kinds] if len(data) < 4096]


def main(arguments: list[str]) -> int:
    """Runs one target; returns 0 at once if atheris is not installed."""
    if not arguments or arguments[0] not in TARGETS:
        print(f"name a target: {' or '.join(TARGETS)}", file=sys.stderr)
        return 2
    if atheris is None:
        print(NEEDED)
        return 0
    target, *options = arguments
    with atheris.instrument_imports(include=["guidance.request", "guidance.io", "PIL"]):
        import guidance.io.picture
        import guidance.request.request  # noqa: F401
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds(target)):
            (Path(folder) / str(number)).write_bytes(data)
        atheris.Setup([sys.argv[0], *options, "-rss_limit_mb=1500", "-timeout=20", folder], TARGETS[target])
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
