"""The public names of `guidance`."""

import subprocess
import sys

import pytest

import guidance
from guidance.optimize import loop


def test_every_public_name_can_be_imported_and_no_other() -> None:
    assert set(guidance.__all__) <= set(dir(guidance))
    assert all(getattr(guidance, name).__module__.startswith("guidance.") for name in guidance.__all__)
    assert guidance.render is loop.render
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = guidance.nothing  # type: ignore[attr-defined]


def test_torch_is_loaded_only_when_a_name_needs_it() -> None:
    program = (
        "import sys\n"
        "sys.modules['torch'] = None\n"  # to import it is an error
        "import guidance\n"
        "guidance.Request, guidance.__all__\n"
        "try:\n"
        "    guidance.render\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error.name)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "torch\n"
