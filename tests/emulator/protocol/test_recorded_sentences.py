"""Every `validation error detected` sentence that AWS is recorded to have said, said again by our validator.

The recordings stand beside the repository (`../shared/aws-recordings`); without them this file is skipped.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.errors import ValidationException
from emulator.protocol.model import ServiceModel, load_model
from emulator.protocol.validation import Validator

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "aws-recordings"

# Recorded values hold placeholders. These stand for the same kind of value.
PLACEHOLDERS = {
    "<partition>": "aws",
    "<region>": "us-east-1",
    "<function-name>": "a" * 100,
    "<subnet_id_2>": "bad-format-12345678",
}

# Said by the service and not by the model's validation: the member, and the end of the sentence.
BY_THE_SERVICE = (
    ("functionName", "less than or equal to 64"),  # on creation only, as InvalidParameterValueException
    ("startingPosition", "must not be null."),  # of streams only, with a full stop
)

# Which operation said it, where several have the member.
OPERATIONS = {
    "action": "AddLayerVersionPermission",
    "architectures": "CreateFunction",
    "arn": "GetLayerVersionByArn",
    "compatibleArchitecture": "ListLayers",
    "compatibleArchitectures": "PublishLayerVersion",
    "compatibleRuntime": "ListLayers",
    "compatibleRuntimes": "PublishLayerVersion",
    "destinationConfig.onFailure.destination": "PutFunctionEventInvokeConfig",
    "functionName": "CreateFunction",
    "functionVersion": "ListFunctions",
    "invokeMode": "CreateFunctionUrlConfig",
    "layers": "UpdateFunctionConfiguration",
    "provisionedConcurrentExecutions": "PutProvisionedConcurrencyConfig",
    "qualifier": "AddPermission or CreateFunctionUrlConfig",
    "recursiveLoop": "PutFunctionRecursionConfig",
    "resource": "TagResource",
    "role": "CreateFunction",
    "startingPosition": "CreateEventSourceMapping",
    "statementId": "AddPermission",
    "tagKeys": "UntagResource",
    "vpcConfig.subnetIds": "CreateFunction",
}

_VIOLATION = re.compile(r"Value (?:'(?P<value>.*?)'|null) at '(?P<path>[\w.]+)' failed to satisfy constraint: ")


def recorded_sentences() -> list[str]:
    return sorted({text for path in RECORDINGS.rglob("*.json") for text in _sentences(json.loads(path.read_text()))})


def _sentences(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        if re.match(r"\d+ validation errors? detected: ", node):
            yield node
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _sentences(child)


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not here")
def test_there_are_recordings():
    assert len(recorded_sentences()) > 25


@pytest.mark.parametrize("recorded", recorded_sentences(), ids=lambda sentence: sentence[:100])
def test_is_said_again(recorded: str, model: ServiceModel):
    violations = list(_VIOLATION.finditer(recorded))
    path = violations[0]["path"]
    if any(path == member and recorded.endswith(end) for member, end in BY_THE_SERVICE):
        pytest.skip("said by the service, not by the model's validation")
    said = []
    for operation in OPERATIONS[path].split(" or "):
        given: dict[str, Any] = {}
        for violation in violations:
            _put(model, operation, given, violation["path"], _filled_in(violation["value"]))
        said.append(_said_about(model, operation, given, {violation["path"] for violation in violations}))
    assert _filled_in(recorded) in said


def _filled_in(text: str | None) -> str | None:
    for placeholder, value in PLACEHOLDERS.items():
        text = text and text.replace(placeholder, value)
    return text and re.sub(r"<([\w-]+?):?\d*>", r"a-\1", text)


def _put(model: ServiceModel, operation: str, given: dict[str, Any], path: str, value: str | None) -> None:
    """Sets the member at `path` (`vpcConfig.subnetIds`) to what was printed as `value`."""
    if value is None:
        return
    shape, parts = model.shapes[model.operations[operation].input], path.split(".")
    for part in parts[:-1]:
        name = next(name for name in shape.members if name.lower() == part.lower())
        given, shape = given.setdefault(name, {}), model.shapes[shape.members[name].shape]
    name = next(name for name in shape.members if name.lower() == parts[-1].lower())
    kind = model.shapes[shape.members[name].shape].type
    given[name] = {"list": lambda: value[1:-1].split(", "), "integer": lambda: int(value)}.get(kind, lambda: value)()


def _said_about(model: ServiceModel, operation: str, given: dict[str, Any], paths: set[str]) -> str:
    """Our sentence, without the violations of members that the recorded request had and we do not know."""
    try:
        Validator(model, model.operations[operation]).validate(given)
    except ValidationException as error:
        sentences = re.split(r"; (?=Value )", str(error.message).partition("detected: ")[2])
        about = [sentence for sentence in sentences if _VIOLATION.match(sentence)["path"] in paths]
        return str(ValidationException.violations(about).message)
    return "nothing"


def test_the_recorded_members_are_members_of_their_operations():
    model = load_model()
    for path, operations in OPERATIONS.items():
        for operation in operations.split(" or "):
            members = model.shapes[model.operations[operation].input].members
            assert path.split(".")[0].lower() in {name.lower() for name in members}
