"""The schema that editors use says what the format says."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from parity.corpus import scenarios_dir
from parity.scenario_schema import NAME, schema, schema_text, write_schema
from parity.yaml_document import Document, read_document

BROKEN = Path(__file__).parent / "broken"


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    Draft7Validator.check_schema(schema())
    return Draft7Validator(schema())


def value_of(path: Path) -> Any:
    document = read_document(path, "a scenario")
    assert isinstance(document, Document)
    return document.value


def test_the_schema_file_is_current() -> None:
    current = (scenarios_dir() / NAME).read_text(encoding="utf-8")
    assert current == schema_text(), "the format has changed; `parity schema` writes the schema anew"


def test_every_scenario_of_the_project_fits(validator: Draft7Validator) -> None:
    wrong = {
        f"{path.name}: {error.json_path}: {error.message}"
        for path in scenarios_dir().glob("*/*.yaml")
        for error in validator.iter_errors(value_of(path))
    }
    assert not wrong


@pytest.mark.parametrize(
    "kind",
    [
        "call-and-http",
        "duration",
        "evidence-incomplete",
        "http-method",
        "id-not-kebab",
        "no-call",
        "number-too-low",
        "steps-empty",
        "title-missing",
        "unknown-key-of-a-step",
        "unknown-need",
        "unknown-tag",
        "wrong-type-boolean",
        "wrong-type-number",
    ],
)
def test_an_editor_shows_what_is_wrong_in_form(validator: Draft7Validator, kind: str) -> None:
    assert not validator.is_valid(value_of(BROKEN / f"{kind}.yaml"))


def test_any_member_of_a_step_can_be_a_variable(validator: Draft7Validator) -> None:
    step = {
        "id": "x",
        "each": {"n": [1]},
        "call": "${op}",
        "with": "${w}",
        "parallel": "${n}",
        "raises": "${e}",
        "after": "${t}",
    }
    assert validator.is_valid({"title": "t", "steps": [step]})


def test_the_schema_is_written_once(tmp_path: Path) -> None:
    assert write_schema(tmp_path)
    assert not write_schema(tmp_path)
