"""What breaks which constraint, and AWS's words for it."""

import pytest

from parity.lambda_model import operation_names
from parity.probing.catalogue import least_request
from parity.probing.rules import is_for_the_account, message, violations

ROLE = "arn:aws:iam::111111111111:role/r"
FUNCTION = {"FunctionName": "f", "Role": ROLE, "Code": {}}


def said(operation: str, **members: object) -> str:
    return message(violations(operation, members))


@pytest.mark.parametrize("operation", operation_names())
def test_the_least_request_of_an_operation_breaks_nothing(operation: str):
    assert violations(operation, least_request(operation)) == []


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"MemorySize": 127}, "Value '127' at 'memorySize' … Member must have value greater than or equal to 128"),
        ({"MemorySize": 32769}, "Value '32769' at 'memorySize' … Member must have value less than or equal to 32768"),
        ({"Role": None}, "Value null at 'role' … Member must not be null"),
        ({"Handler": "a b"}, r"Value 'a b' at 'handler' … Member must satisfy regular expression pattern: [^\s]+"),
        (
            {"Architectures": ["arm64", "x86_64"]},
            "Value '[arm64, x86_64]' at 'architectures' … Member must have length less than or equal to 1",
        ),
        (
            {"Architectures": ["arm"]},
            "Value '[arm]' at 'architectures' … Member must satisfy constraint: [Member must satisfy enum value set: "
            "[x86_64, arm64], Member must not be null]",
        ),
        (
            {"Tags": {"": "v"}},
            "Value '{=v}' at 'tags' … Map keys must satisfy constraint: [Member must have length less than or equal to "
            "128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
            r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)]",
        ),
        (
            {"FileSystemConfigs": [{"Arn": None, "LocalMountPath": "/mnt/a"}]},
            "Value null at 'fileSystemConfigs.1.member.arn' … Member must not be null",
        ),
        (
            {"Environment": {"Variables": {"1": "secret"}}},
            "Value at 'environment.variables' … Map keys must satisfy constraint: "
            "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        ),
    ],
)
def test_sentences(members: dict[str, object], sentence: str):
    whole = sentence.replace("…", "failed to satisfy constraint:")
    assert said("CreateFunction", **(FUNCTION | members)) == f"1 validation error detected: {whole}"


def test_several_are_said_in_the_reverse_of_the_models_order():
    text = said("CreateFunction", **(FUNCTION | {"Timeout": 0, "MemorySize": 1, "FunctionName": "a b"}))
    assert text.startswith("3 validation errors detected: ")
    assert [text.index(f"'{name}'") for name in ("memorySize", "timeout", "functionName")] == sorted(
        text.index(f"'{name}'") for name in ("memorySize", "timeout", "functionName")
    )


def test_what_a_recording_accepts_is_not_refused_for_a_newer_model():
    layer = "arn:aws:lambda:us-east-1:111111111111:layer:a"
    assert violations("ListTags", {"Resource": layer}) == []
    assert violations("ListLayers", {"CompatibleRuntime": "nasa"}) == []


def test_the_service_itself_looks_at_the_runtime():
    assert violations("CreateFunction", {**FUNCTION, "Runtime": "no-such-runtime"}) == []
    assert violations("ListLayerVersions", {"LayerName": "l", "CompatibleRuntime": "no-such-runtime"}) != []


def test_numbers_that_not_every_account_may_use():
    assert not is_for_the_account("CreateFunction", {"MemorySize": 10240})
    assert is_for_the_account("CreateFunction", {"MemorySize": 10241})
    assert is_for_the_account("CreateFunction", {"EphemeralStorage": {"Size": 20000}})
