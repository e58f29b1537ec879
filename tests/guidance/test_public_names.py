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


@pytest.mark.parametrize(("name", "loads_torch"), [("Request", False), ("__all__", False), ("render", True)])
def test_torch_is_loaded_when_a_name_needs_it(name: str, loads_torch: bool) -> None:
    program = f"import sys, guidance; guidance.{name}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == loads_torch
