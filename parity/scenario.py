"""A scenario: what is asked of AWS Lambda and why, never what comes back.

The msgspec types are the format as it is written: the loader (`parity.loading`) checks a YAML file against them and the
JSON Schema for editors (`scenarios/scenario.schema.json`) is generated from them. The dataclasses at the end are what
the rest of the harness works with: checked, with defaults filled in and `each` expanded.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

TAGS = {
    "slow": "takes more than a few seconds",
    "docker": "needs a Docker Engine behind the candidate",
    "costs-money": "costs more than a few cents when recorded on AWS",
    "isolated": "needs function code to see the real /var/task and /opt",
    "services": "needs companion services (queues, topics, tables, …) behind the candidate",
}

NEED_ATTRIBUTES: dict[str, frozenset[str]] = {
    "function": frozenset({"name", "arn"}),
    "role": frozenset({"name", "arn"}),
    "layer": frozenset({"name", "arn", "version", "version_arn"}),
    "queue": frozenset({"name", "arn", "url"}),
    "topic": frozenset({"name", "arn"}),
    "bucket": frozenset({"name", "arn"}),
    "table": frozenset({"name", "arn", "stream_arn"}),
    "stream": frozenset({"name", "arn"}),
}
"""What a reference can ask of each kind of need: `${queue.url}`. `arn` of a function is unqualified."""

KEBAB = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Name = Annotated[str, Meta(pattern=KEBAB, description="kebab-case: lower-case letters, digits and single hyphens.")]
Text = Annotated[str, Meta(min_length=1)]
Duration = Annotated[
    str, Meta(pattern=r"^\d+(\.\d+)?(ms|s|m)$", description="A number and its unit: `500ms`, `3s`, `2m`.")
]
Members = dict[str, Any]


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A recording of AWS that others published, which this step asks again."""

    file: Annotated[Text, Meta(description="The file's path below the recordings folder, without `.snapshot.json`.")]
    test: Annotated[Text, Meta(description="The test id behind the first `::`.")]
    key: Annotated[Text, Meta(description="The path inside `recorded-content`, dots between members.")]
    reading: Annotated[
        dict[str, str], Meta(description='Literals of the recording and what stands for them: `{my-fn: "${prefix}"}`.')
    ] = {}


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What the author claims about the answer: a published recording to attest against, or a page that states it."""

    published: Published | None = None
    documented: (
        Annotated[Text, Meta(description="The page of AWS's documentation or the path in its model.")] | None
    ) = None


class Wait(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Repeat a call until members of its answer have the given values."""

    call: Annotated[Text, Meta(description="The operation to repeat: GetFunction.")]
    until: Annotated[
        Members, Meta(min_length=1, description="Member paths and their values: `{Configuration.State: Active}`.")
    ]
    with_: Annotated[Members, Meta(description="The call's input members.")] = msgspec.field(
        name="with", default_factory=dict
    )
    at_most: Duration = "60s"


class Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A raw request, signed like any other, for what an SDK cannot send."""

    method: Annotated[str, Meta(pattern="^[A-Z]+$", description="GET, POST, PUT, DELETE, …")]
    path: Annotated[str, Meta(pattern="^/", description="Percent-encoded, with its query: `/2015-03-31/functions/`.")]
    headers: dict[str, str] = {}
    body: Annotated[Any, Meta(description="Text is sent as it is, any other value as JSON, bytes as bytes.")] = None
    url: (
        Annotated[Text, Meta(description="Whom to ask in place of the API: an earlier answer's function URL.")] | None
    ) = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One thing that is asked. Exactly one of `call`, `http` and `wait` is given."""

    id: Annotated[Name, Meta(description="Unique in the file: `create-again`.")]
    says: Annotated[Text, Meta(description="The sentence that this step's answer proves.")] | None = None
    call: Annotated[Text, Meta(description="An operation of the Lambda API: CreateAlias.")] | None = None
    http: Http | None = None
    wait: Wait | None = None
    with_: Annotated[Members, Meta(description="The call's input members, in AWS's spelling.")] = msgspec.field(
        name="with", default_factory=dict
    )
    raises: (
        Annotated[str, Meta(pattern=r"^[A-Z]\w+$", description="The exception's name. Without it: success.")] | None
    ) = None
    function_error: (
        Annotated[str, Meta(pattern="^(Unhandled|Handled)$", description="The invocation's FunctionError.")] | None
    ) = None
    each: Annotated[
        dict[str, list[Any]], Meta(description="Variables and their values: the step runs once for each value.")
    ] = {}
    parallel: Annotated[int, Meta(ge=1, le=1000, description="How many times the request is sent at once.")] = 1
    after: Annotated[Duration, Meta(description="How long to wait before the step.")] | None = None
    unordered: Annotated[list[Text], Meta(description="Paths of lists in the body whose order means nothing.")] = []
    own: Annotated[
        list[Text],
        Meta(description="Paths of lists that show a whole account: the entries with this run's prefix count."),
    ] = []
    evidence: Evidence | None = None


class FunctionNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A function that is deployed before the first step and is Active when it starts."""

    code: Annotated[Name, Meta(description="A folder of scenarios/_functions.")]
    as_: Annotated[Name, Meta(description="The name that references use.")] = msgspec.field(
        name="as", default="function"
    )
    runtime: Annotated[Text, Meta(description="Instead of the one in function.yaml.")] | None = None
    handler: Annotated[Text, Meta(description="Instead of the one in function.yaml.")] | None = None
    with_: Annotated[Members, Meta(description="Further members of CreateFunction.")] = msgspec.field(
        name="with", default_factory=dict
    )


class ResourceNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A queue, topic, bucket, table or stream that is created before the first step."""

    as_: Annotated[Name, Meta(description="The name that references use; else the kind.")] | None = msgspec.field(
        name="as", default=None
    )
    code: (
        Annotated[Name, Meta(description="For a bucket: the folder of _functions that it holds, as `<folder>.zip`.")]
        | None
    ) = None
    with_: Annotated[Members, Meta(description="Further members of the call that creates it.")] = msgspec.field(
        name="with", default_factory=dict
    )


class LayerNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A layer of which one version is published before the first step."""

    code: Annotated[Name, Meta(description="A folder of scenarios/_functions that holds what goes below /opt.")]
    as_: Annotated[Name, Meta(description="The name that references use.")] = msgspec.field(name="as", default="layer")
    with_: Annotated[Members, Meta(description="Further members of PublishLayerVersion.")] = msgspec.field(
        name="with", default_factory=dict
    )


class NeedsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What stands on the target before the first step, and is removed after the last."""

    # `str`, not `Name`: msgspec 0.22 frees a pattern twice when it stands in a union with a struct and a list, and the
    # interpreter crashes on its way out. A name that is no folder of _functions is refused anyway.
    function: str | FunctionNeed | list[str | FunctionNeed] = []
    role: Annotated[bool, Meta(description="Implied by a function and by `${role.arn}`.")] = False
    layer: str | LayerNeed | list[str | LayerNeed] = []
    queue: bool | ResourceNeed | list[ResourceNeed] = False
    topic: bool | ResourceNeed | list[ResourceNeed] = False
    bucket: bool | ResourceNeed | list[ResourceNeed] = False
    table: bool | ResourceNeed | list[ResourceNeed] = False
    stream: bool | ResourceNeed | list[ResourceNeed] = False


class Outline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A scenario file before its steps are looked at: they are checked one by one, with `each` expanded."""

    title: Annotated[Text, Meta(description="The behaviour, as a sentence without a full stop.")]
    steps: Annotated[list[Any], Meta(min_length=1)]
    reference: Annotated[Text | list[Text], Meta(description="Where AWS describes it: API_CreateAlias, or a URL.")] = []
    tags: Annotated[list[str], Meta(description="What running it takes.")] = []
    needs: NeedsSection = NeedsSection()
    unordered: Annotated[list[Text], Meta(description="`unordered` of every step.")] = []


class ScenarioFile(Outline, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A file of `scenarios/`: one behaviour of AWS Lambda."""

    steps: Annotated[list[Step], Meta(min_length=1)]


class FunctionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`function.yaml` of a folder of `scenarios/_functions`: how its code is deployed unless a need says otherwise."""

    runtime: Text
    handler: Text
    timeout: Annotated[int, Meta(ge=1, description="Seconds.")] | None = None
    memory: Annotated[int, Meta(ge=1, description="MB.")] | None = None
    with_: Annotated[Members, Meta(description="Further members of CreateFunction.")] = msgspec.field(
        name="with", default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class NeededFunction:
    """A function to deploy. `members` are all members of CreateFunction except FunctionName, Role and Code.

    They may hold references (to resources, the role and functions named earlier). Runtime and Handler are always there.
    """

    as_: str
    code: str  # folder of _functions
    members: Members

    @property
    def runtime(self) -> str:
        return str(self.members["Runtime"])

    @property
    def handler(self) -> str:
        return str(self.members["Handler"])


@dataclass(frozen=True, slots=True)
class NeededResource:
    """A resource to create, a `kind` of NEED_ATTRIBUTES; `code` is a folder of _functions, for layers and buckets."""

    kind: str
    as_: str
    members: Members
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a scenario needs, in the order in which it can be made: the role, then resources, then functions."""

    role: bool = False
    resources: tuple[NeededResource, ...] = ()
    functions: tuple[NeededFunction, ...] = ()

    @property
    def attributes(self) -> dict[str, frozenset[str]]:
        """What references can ask: the name of each need (`as`) and its attributes."""
        named = {resource.as_: NEED_ATTRIBUTES[resource.kind] for resource in self.resources}
        named |= {function.as_: NEED_ATTRIBUTES["function"] for function in self.functions}
        return {"role": NEED_ATTRIBUTES["role"], **named}


@dataclass(frozen=True, slots=True)
class ExpandedStep:
    """A step as it is carried out: one set of values of `each`, which `source` holds in place of the variables already.

    References to needs, earlier answers and the like are still in it: `references.resolve(step.with_, scope)`.
    """

    id: str  # "bad-name[3]", or "create" without each
    source: Step
    line: int
    index: int | None = None  # which value of each, None without each
    variables: dict[str, Any] = field(default_factory=dict)
    unordered: tuple[str, ...] = ()  # the scenario's and the step's

    @property
    def operation(self) -> str | None:
        """The API operation that is called, also by a wait; None for a raw request."""
        return self.source.wait.call if self.source.wait else self.source.call

    @property
    def call(self) -> str | None:
        return self.source.call

    @property
    def http(self) -> Http | None:
        return self.source.http

    @property
    def wait(self) -> Wait | None:
        return self.source.wait

    @property
    def invokes(self) -> bool:
        """Whether function code runs for it."""
        if self.http:
            return self.http.url is not None or "invocations" in self.http.path or "invoke-async" in self.http.path
        return (self.operation or "").startswith("Invoke") and self.with_.get("InvocationType") != "DryRun"

    @property
    def roots(self) -> frozenset[str]:
        """The names that its references begin with: `function` of `${function.name}`."""
        return frozenset(_ROOT.findall(f"{self.http.path} {self.http.url}" if self.http else str(self.with_)))

    @property
    def with_(self) -> Members:
        """The members of the call, or of the call that a wait repeats."""
        return self.source.wait.with_ if self.source.wait else self.source.with_

    @property
    def raises(self) -> str | None:
        return self.source.raises

    @property
    def function_error(self) -> str | None:
        return self.source.function_error

    @property
    def parallel(self) -> int:
        return self.source.parallel

    @property
    def after(self) -> float:
        """Seconds to let pass before the step."""
        return seconds(self.source.after) if self.source.after else 0.0

    @property
    def at_most(self) -> float:
        """Seconds after which a wait gives up."""
        return seconds(self.source.wait.at_most) if self.source.wait else 0.0

    @property
    def says(self) -> str | None:
        return self.source.says

    @property
    def own(self) -> tuple[str, ...]:
        """The lists of which it keeps what its own run made."""
        return tuple(self.source.own)

    @property
    def evidence(self) -> Evidence | None:
        return self.source.evidence


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. `hash` changes with everything that can change an answer, and with nothing else."""

    id: str  # "alias/create-alias"
    path: Path
    root: Path  # the scenarios folder that it was loaded from; its function code is in root/_functions
    title: str
    steps: tuple[ExpandedStep, ...]
    needs: Needs
    hash: str  # sha256, hex
    tags: frozenset[str] = frozenset()
    reference: tuple[str, ...] = ()
    code: tuple[str, ...] = ()  # the folders of _functions that it uses, sorted

    @property
    def invoked_runtimes(self) -> frozenset[str]:
        """The runtimes of the functions that it invokes; of all its functions, where a step does not tell which."""
        runtimes = {function.as_: function.runtime for function in self.needs.functions}
        created = {str(step.with_["Runtime"]) for step in self.steps if "Runtime" in step.with_}
        invoked: set[str] = set()
        for step in self.steps:
            if step.invokes:
                named = {runtimes[name] for name in step.roots & runtimes.keys()}
                invoked |= named or {*runtimes.values(), *created}
        return frozenset(invoked)

    def step(self, step_id: str) -> ExpandedStep:
        """The expanded step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)


_ROOT = re.compile(r"\$\{([a-z0-9-]+)")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def seconds(duration: str) -> float:
    """The seconds of a duration as scenarios write it: "500ms", "3s", "2m". Raises ValueError."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(duration)
    return float(match[1]) * _UNITS[match[2]]
