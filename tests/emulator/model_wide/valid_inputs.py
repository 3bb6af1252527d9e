"""Requests that the service model allows, for any operation: on what exists, mostly, and with any values beside.

Each member is made from its shape with all its constraints. Where a name, an ARN or an id is asked for, it is mostly
one of something that exists (`Known`); where a text has a grammar that the model does not know (a policy, a filter, a
zip file), mostly one that follows it.
"""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from emulator import arn
from emulator.protocol.java_pattern import compile_java
from emulator.protocol.model import Shape, load_model
from emulator.resources.runtime import ACCEPTED

Strategy = st.SearchStrategy[Any]

ROLE = "arn:aws:iam::111111111111:role/lambda-role"
QUEUE = "arn:aws:sqs:us-east-1:111111111111:queue"
STREAM = "arn:aws:kinesis:us-east-1:111111111111:stream/stream"
_FEW = 3  # elements of a list or a map, where the model does not ask for more


@dataclass
class Known:
    """What exists, as far as a caller can name it; in the order of creation, so that a run can be repeated."""

    account_id: str = "111111111111"
    region: str = "us-east-1"
    functions: list[str] = field(default_factory=list)
    qualified: list[tuple[str, str]] = field(default_factory=list)  # each function with each of its qualifiers
    layers: list[str] = field(default_factory=list)
    layer_versions: list[str] = field(default_factory=list)  # ARNs
    mappings: list[str] = field(default_factory=list)  # UUIDs
    code_signing_configs: list[str] = field(default_factory=list)  # ARNs
    capacity_providers: list[str] = field(default_factory=list)
    durable_executions: list[str] = field(default_factory=list)  # ARNs
    revision_ids: list[str] = field(default_factory=list)

    def qualifiers(self) -> list[str]:
        return list(dict.fromkeys(qualifier for _, qualifier in self.qualified)) or [arn.LATEST]

    def function_arns(self) -> list[str]:
        return [arn.function_arn(self.region, self.account_id, name) for name in self.functions]


def zip_file(text: str = "def handler(event, context): return event") -> bytes:
    """A package with one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)
    return buffer.getvalue()


def inputs(operation: str, known: Known) -> Strategy:
    """Valid inputs of an operation: all that is required, and any of what is not."""
    return _Inputs(known).of_operation(operation)


class _Inputs:
    """Strategies for one state of the world."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._model = load_model()

    def of_operation(self, operation: str) -> Strategy:
        shape = self._model.shapes[self._model.operations[operation].input]
        return _fitting(operation, self._structure(shape, operation), self._known)

    def _structure(self, shape: Shape, path: str) -> Strategy:
        members = {name: self._member(member.shape, f"{path}.{name}", name) for name, member in shape.members.items()}
        always = [name for name in members if name in (*shape.required, *_LIKELY.get(path, ()))]
        left_out = {*always, *_LEFT_OUT.get(path, ()), *_LEFT_OUT["*"]}
        return _with_some(members, always, [name for name in members if name not in left_out])

    def _member(self, shape_name: str, path: str, name: str) -> Strategy:
        special = _SPECIAL.get(path) or _SPECIAL.get(name) or _SPECIAL.get(shape_name)
        anything = self._value(shape_name, path)
        usual = special(self._known) if special is not None else None
        return anything if usual is None else _mostly(usual, anything)

    def _value(self, shape_name: str, path: str) -> Strategy:
        shape = self._model.shapes[shape_name]
        if shape.type == "structure":
            return st.deferred(lambda: self._structure(shape, path))
        if shape.member is not None:
            element = self._member(shape.member.shape, f"{path}[]", shape.member.shape)
            least, most = int(shape.min or 0), shape.max
            return st.lists(element, min_size=least, max_size=max(least, min(_FEW, int(most or _FEW))), unique_by=repr)
        if shape.key is not None and shape.value is not None:
            keys = self._member(shape.key.shape, f"{path}{{}}", shape.key.shape)
            values = self._member(shape.value.shape, f"{path}{{}}", shape.value.shape)
            return st.dictionaries(keys, values, min_size=int(shape.min or 0), max_size=int(min(shape.max or 2, 2)))
        return _scalar(shape)


@st.composite
def _with_some(draw: st.DrawFn, members: dict[str, Strategy], always: list[str], others: list[str]) -> dict[str, Any]:
    """A structure. Few of its members are given; all at once hardly ever get past the first contradiction."""
    count = min(draw(st.sampled_from([0, 0, 1, 1, 2, 3])), len(others))
    chosen = draw(st.permutations(others))[:count] if count else []
    return {name: draw(members[name]) for name in (*always, *chosen)}


@st.composite
def _mostly(draw: st.DrawFn, usual: Strategy, anything: Strategy) -> Any:
    return draw(anything if draw(st.sampled_from(range(20))) == 13 else usual)


@st.composite
def _fitting(draw: st.DrawFn, operation: str, inputs: Strategy, known: Known) -> dict[str, Any]:
    """Members that go together, mostly: a qualifier that the function has, a position for a stream and not a queue."""
    members: dict[str, Any] = draw(inputs)
    if draw(st.sampled_from(range(10))) == 7:
        return members
    if {"FunctionName", "Qualifier"} <= members.keys():
        wanted = _QUALIFIERS.get(operation, _any_qualifier)
        pairs = [(name, qualifier) for name, qualifier in known.qualified if wanted(qualifier)]
        if pairs:
            members["FunctionName"], members["Qualifier"] = draw(st.sampled_from(pairs))
    if operation == "CreateEventSourceMapping":
        for member in _OF_STREAMS:
            members.pop(member, None)
        if members.get("EventSourceArn") == STREAM:
            members["StartingPosition"] = "LATEST"
    return members


def _any_qualifier(_qualifier: str) -> bool:
    return True


def _is_alias(qualifier: str) -> bool:
    return not qualifier.isdigit() and not qualifier.startswith("$")


# What kind of qualifier an operation is about.
_QUALIFIERS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        ("CreateFunctionUrlConfig", "GetFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig"),
        _is_alias,
    ),
    **dict.fromkeys(
        ("PutFunctionScalingConfig", "GetFunctionScalingConfig"), lambda qualifier: "PUBLISHED" in qualifier
    ),
    **dict.fromkeys(
        (
            *("PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig"),
            *("DeleteProvisionedConcurrencyConfig", "AddPermission", "RemovePermission", "GetPolicy"),
        ),
        lambda qualifier: not qualifier.startswith("$"),
    ),
    "DeleteFunction": str.isdigit,
}

_OF_STREAMS = (
    *("StartingPosition", "StartingPositionTimestamp", "Topics", "Queues", "TumblingWindowInSeconds"),
    *("ParallelizationFactor", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "BisectBatchOnFunctionError"),
    *("DestinationConfig", "SourceAccessConfigurations", "SelfManagedKafkaEventSourceConfig"),
    *("AmazonManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "ProvisionedPollerConfig"),
    *("LoggingConfig", "KMSKeyArn"),
)


def _scalar(shape: Shape) -> Strategy:
    if shape.type == "string":
        return _text(shape)
    if shape.type in ("integer", "long"):
        least = 0 if shape.min is None else int(shape.min)
        most = least + 100_000 if shape.max is None else int(shape.max)
        return st.one_of(st.sampled_from([least, most]), st.integers(least, most))
    if shape.type == "double":
        return st.floats(shape.min or 0, 1 if shape.max is None else shape.max, allow_nan=False)
    if shape.type == "blob":
        return st.binary(min_size=1, max_size=20)
    return {
        "boolean": st.booleans(),
        "timestamp": st.integers(1_500_000_000, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    }[shape.type]


def _text(shape: Shape) -> Strategy:
    if shape.enum:
        return st.sampled_from(shape.enum)
    least, most = int(shape.min or 0), int(shape.max or 60)
    if shape.pattern in (None, *_ANYTHING):
        return st.text(
            st.characters(min_codepoint=32, max_codepoint=126), min_size=max(least, 1), max_size=min(most, 60)
        )
    return _matching(shape.pattern, least, most)


_ANYTHING = (r"[\s\S]+", r"[\s\S]*", ".*")  # patterns that say nothing, of which Hypothesis makes a great deal of work


@cache
def _matching(pattern: str, least: int, most: int) -> Strategy:
    return (
        st.from_regex(
            compile_java(pattern), fullmatch=True, alphabet=st.characters(max_codepoint=126, min_codepoint=32)
        )
        .filter(lambda text: max(least, 1) <= len(text) <= most)
        .filter(lambda text: "\n" not in text)
    )


# --- what members usually hold: by path, by the name of the member, or by shape ---


def _one_of(values: Sequence[Any]) -> Strategy | None:
    return st.sampled_from(list(values)) if values else None


def _function_names(known: Known) -> Strategy | None:
    if not known.functions:
        return None
    forms = (
        lambda name: name,
        lambda name: f"function:{name}",
        lambda name: f"{known.account_id}:function:{name}",
        lambda name: arn.function_arn(known.region, known.account_id, name),
    )
    return st.builds(lambda name, form: form(name), st.sampled_from(known.functions), st.sampled_from(forms))


def _new_names(*names: str) -> Callable[[Known], Strategy]:
    return lambda _known: st.sampled_from(names)


def _always(strategy: Strategy) -> Callable[[Known], Strategy]:
    return lambda _known: strategy


def _taggable(known: Known) -> Strategy | None:
    region, account_id = known.region, known.account_id
    return _one_of(
        [
            *known.function_arns(),
            *known.code_signing_configs,
            *(arn.event_source_mapping_arn(region, account_id, uuid) for uuid in known.mappings),
            *(arn.capacity_provider_arn(region, account_id, name) for name in known.capacity_providers),
        ]
    )


def _resource_policies(known: Known) -> Strategy:
    statement = {
        "Sid": "read",
        "Effect": "Allow",
        "Principal": {"AWS": "222222222222"},
        "Action": "lambda:GetFunction",
        "Resource": (known.function_arns() or ["*"])[0],
    }
    return st.just(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


_BLOBS = st.sampled_from([zip_file(), zip_file("def handler(event, context): return 2")])
_PATTERNS = st.sampled_from(['{"body": {"a": [1]}}', '{"a": [{"exists": true}]}', "{}"])

_SPECIAL: dict[str, Callable[[Known], Strategy | None]] = {
    "FunctionName": _function_names,
    "CreateFunction.FunctionName": _new_names("one", "two", "three", "four", "five"),
    "Role": _always(st.just(ROLE)),
    "Runtime": _always(st.sampled_from(sorted(ACCEPTED))),
    "CreateFunction.Code": _always(st.fixed_dictionaries({"ZipFile": _BLOBS})),
    "CreateFunction.PackageType": _always(st.just("Zip")),
    "ZipFile": _always(_BLOBS),
    "PublishLayerVersion.Content": _always(st.fixed_dictionaries({"ZipFile": _BLOBS})),
    "Timeout": _always(st.integers(1, 900)),
    "MemorySize": _always(st.integers(128, 10_240)),
    "EphemeralStorageSize": _always(st.integers(512, 10_240)),
    "Size": _always(st.integers(512, 10_240)),
    "LayerList": lambda known: (
        st.lists(st.sampled_from(known.layer_versions), max_size=2) if known.layer_versions else None
    ),
    "Arn": lambda known: _one_of(known.layer_versions),
    "LayerName": lambda known: _one_of(known.layers),
    "PublishLayerVersion.LayerName": _new_names("lib", "kit"),
    "VersionNumber": _always(st.sampled_from([1, 1, 1, 2])),
    "Qualifier": lambda known: _one_of(known.qualifiers()),
    "FunctionVersion": _always(st.sampled_from(["$LATEST", "1", "1", "$LATEST.PUBLISHED"])),
    "ListFunctions.FunctionVersion": _always(st.just("ALL")),
    "AdditionalVersionWeights": _always(st.dictionaries(st.sampled_from(["1", "2"]), st.floats(0, 1), max_size=1)),
    "Name": _new_names("live", "beta", "test"),
    "StatementId": _new_names("first", "second", "third"),
    "Action": _new_names("lambda:InvokeFunction", "lambda:GetFunction"),
    "LayerPermissionAllowedAction": _new_names("lambda:GetLayerVersion"),
    "AddLayerVersionPermission.Action": _new_names("lambda:GetLayerVersion"),
    "Principal": _new_names("s3.amazonaws.com", "222222222222", "*", "arn:aws:iam::222222222222:root"),
    "AddLayerVersionPermission.Principal": _new_names("222222222222", "*"),
    "UUID": lambda known: _one_of(known.mappings),
    "CodeSigningConfigArn": lambda known: _one_of(known.code_signing_configs),
    "CapacityProviderName": lambda known: _one_of(known.capacity_providers),
    "CreateCapacityProvider.CapacityProviderName": _new_names("fleet", "herd", "pack"),
    "CapacityProviderArn": lambda known: _one_of(
        [arn.capacity_provider_arn(known.region, known.account_id, name) for name in known.capacity_providers]
    ),
    "DurableExecutionArn": lambda known: _one_of(known.durable_executions),
    "CheckpointToken": _new_names("dG9rZW4="),
    "Resource": _taggable,
    "ResourceArn": lambda known: _one_of(known.function_arns()),
    "Policy": _resource_policies,
    "RevisionId": lambda known: _one_of(known.revision_ids),
    "EventSourceArn": _new_names(QUEUE, STREAM),
    "StartingPosition": _new_names("LATEST", "TRIM_HORIZON"),
    "BatchSize": _always(st.integers(1, 10)),
    "Pattern": _always(_PATTERNS),
    "Destination": lambda known: st.sampled_from([QUEUE, *known.function_arns()]),
    "Topics": _always(st.just(["topic"])),
    "Queues": _always(st.just(["queue"])),
    "TagKey": _new_names("team", "stage"),
    "TagKeys": _always(st.lists(st.sampled_from(["team", "stage"]), min_size=1, unique=True)),
    "ReservedConcurrentExecutions": _always(st.sampled_from([0, 1, 100, 450, 900])),
    "ProvisionedConcurrentExecutions": _always(st.sampled_from([1, 100, 450])),
    "ClientContext": _new_names("e30="),
    "Invoke.Payload": _always(st.just(b'{"a": 1}')),
    "InvokeWithResponseStream.Payload": _always(st.just(b"[]")),
    "InvokeArgs": _always(st.just(b"{}")),
    "MaxItems": _always(st.integers(1, 50)),
}

# Members without which a request of this operation is hardly ever accepted.
_LIKELY: dict[str, tuple[str, ...]] = {
    "CreateFunction": ("Runtime", "Handler"),
    "CreateEventSourceMapping": ("EventSourceArn",),
    "UpdateFunctionCode": ("ZipFile",),
    "AddPermission": ("Qualifier",),
    "PutFunctionEventInvokeConfig": ("MaximumRetryAttempts",),
    "UpdateFunctionEventInvokeConfig": ("MaximumRetryAttempts",),
}

# Members with which a request is refused here: other services' matters, which have tests of their own, and markers, of
# which each list knows its own (observation.py reads all lists page by page).
_LEFT_OUT: dict[str, tuple[str, ...]] = {
    "*": ("Marker",),
    "UpdateFunctionCode": ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri"),
    "CreateEventSourceMapping": ("SelfManagedEventSource",),
    "CreateFunction": ("ImageConfig",),
    "Invoke": ("TenantId", "DurableExecutionName"),
    "InvokeWithResponseStream": ("TenantId",),
}
