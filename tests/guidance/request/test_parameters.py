"""What follows from the declarations of the parameters."""

from typing import Any

import pytest

from guidance.request.defaults import defaults_for
from guidance.request.parameters import PARAMETERS
from guidance.request.request import Request
from guidance.request.schema import SCHEMA, upgraded
from tools.parameter_table import PAGE, updated


@pytest.mark.parametrize("model", ["pocket", "RN50/openai"])
def test_every_default_has_the_type_of_its_parameter_and_makes_a_valid_request(model: str) -> None:
    defaults = defaults_for(model)
    assert PARAMETERS.keys() - defaults.keys() == {"seed"}
    assert {name: type(value) for name, value in defaults.items()} == {name: PARAMETERS[name].type for name in defaults}
    request = Request.resolve("a cat", model=model)
    assert {name: getattr(request, name) for name in defaults} == defaults


def test_a_stored_request_of_every_earlier_schema_is_complete_and_valid_once_upgraded() -> None:
    now: dict[str, Any] = {name: getattr(Request.resolve("a cat", seed=1), name) for name in PARAMETERS}
    for schema in range(2, SCHEMA):
        old = {name: value for name, value in now.items() if PARAMETERS[name].added[0] <= schema}
        data = upgraded(old | {"schema": schema})
        assert data.keys() == {*now, "schema"}
        assert data == now | {"schema": SCHEMA} | {
            name: PARAMETERS[name].added[1] for name in now if PARAMETERS[name].added[0] > schema
        }


def test_an_unknown_parameter_is_an_error() -> None:
    with pytest.raises(TypeError, match="stepz"):
        Request.resolve("a cat", stepz=3)


def test_the_table_in_the_documentation_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == updated(page), "run python -m tools.parameter_table"
