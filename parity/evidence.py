"""What a step of a snapshot may claim about AWS, and who may claim it.

No one may mistake our own output for AWS's. The classes, strongest first, are in `CLASSES`; what each one cites is the
members of its type. The two strong ones cannot be had by writing a word: `AwsEvidence` is made from an `AwsWitness`,
which exists only for an answer that came from a host of AWS, and `PublishedEvidence` by an attestation alone.
"""

import hashlib
import re
from dataclasses import dataclass

import msgspec

from parity.function_code import FunctionCode
from parity.scenario import Scenario

CLASSES = {
    "aws": "AWS answered this to `parity record --aws`",
    "published": "agrees with a recording of AWS that others published",
    "documented": "AWS's documentation or service model states it",
    "regression": "what our emulator answered; no claim about AWS",
    "endpoint": "what some other endpoint answered; no claim about AWS",
}


class AwsEvidence(msgspec.Struct, frozen=True, tag="aws", tag_field="class", forbid_unknown_fields=True):
    """AWS answered this. `question` is a digest of all that was asked up to here: it must not speak for another one."""

    date: str
    region: str
    request_id: str
    sdk: str
    question: str


class PublishedEvidence(msgspec.Struct, frozen=True, tag="published", tag_field="class", forbid_unknown_fields=True):
    """The answer agrees with a published recording: where that is, when AWS answered, and its licence.

    `not_compared` are the parts of our answer that the recording does not hold, as paths of differences. About those,
    AWS has said nothing. Where it names the whole `body`, the text of its message was compared nevertheless.
    """

    repository: str
    commit: str
    path: str
    test: str
    key: str
    date: str
    licence: str
    not_compared: tuple[str, ...] = ()


class DocumentedEvidence(msgspec.Struct, frozen=True, tag="documented", tag_field="class", forbid_unknown_fields=True):
    """A page of AWS's documentation, or a path in its service model, states it."""

    reference: str


class RegressionEvidence(msgspec.Struct, frozen=True, tag="regression", tag_field="class", forbid_unknown_fields=True):
    """What our emulator answered when it was recorded."""


class EndpointEvidence(msgspec.Struct, frozen=True, tag="endpoint", tag_field="class", forbid_unknown_fields=True):
    """What some other endpoint answered when it was recorded."""


StepEvidence = AwsEvidence | PublishedEvidence | DocumentedEvidence | RegressionEvidence | EndpointEvidence


def class_of(evidence: StepEvidence) -> str:
    """The name of its class, one of `CLASSES`."""
    return str(evidence.__struct_config__.tag)


def class_at(evidence: StepEvidence, path: str, *, expects_text: bool, expects_nothing: bool) -> str:
    """The class of what a step claims at one path of its answer.

    A published recording speaks for what was compared with it: not for headers that it lacks, nor for the case of a
    member of which it holds the text alone. There, our answer is a regression like any other.
    """
    if not isinstance(evidence, PublishedEvidence):
        return class_of(evidence)
    left_out = evidence.not_compared
    if "body" in left_out and path.startswith("body"):
        is_compared = expects_text and path.lower() == "body.message" and "body.message" not in left_out
    else:
        is_compared = not any(path == part or path.startswith((f"{part}.", f"{part}[")) for part in left_out)
    is_held = not (expects_nothing and path.startswith("headers"))
    return "published" if is_compared and is_held else "regression"


def is_at_least(evidence_class: str, wanted: str) -> bool:
    """Whether a class is as strong as the wanted one or stronger. Both are names of `CLASSES`."""
    order = list(CLASSES)
    return order.index(evidence_class) <= order.index(wanted)


_HOST = re.compile(
    r"lambda(-fips)?\.[a-z0-9-]+\.(amazonaws\.(com(\.cn)?|eu)|api\.(aws|amazonwebservices\.(com\.cn|eu)))"
    r"|[a-z0-9]{32}\.lambda-url\.[a-z0-9-]+\.on\.aws"
)
_REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class AwsWitness:
    """Says that AWS gave an answer. Made by the AWS target alone (tests/parity/test_snapshot.py holds it to that).

    `host` is the host that answered over TLS, `request_id` its `x-amzn-requestid`, `date` an ISO date in UTC, `sdk` the
    name and version of the SDK. Raises ValueError where this cannot have been AWS.
    """

    host: str
    request_id: str
    region: str
    date: str
    sdk: str

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise ValueError(f"{self.host} is no host of AWS Lambda")
        if not _REQUEST_ID.fullmatch(self.request_id):
            raise ValueError("the answer bears no request id of AWS")


def witnessed(witness: AwsWitness, question: str) -> AwsEvidence:
    """The evidence that a witness gives for the answer to a question (see `questions`)."""
    return AwsEvidence(witness.date, witness.region, witness.request_id, witness.sdk, question)


def questions(scenario: Scenario) -> dict[str, str]:
    """A digest for each step of all that its answer can depend on: needs, code, and every request up to its own."""
    asked = hashlib.sha256(msgspec.json.encode(scenario.needs))
    code = FunctionCode(scenario.root)
    for folder in scenario.code:
        asked.update(code.digest(folder).encode())
    found = {}
    for step in scenario.steps:
        source = step.source
        request = (step.id, source.call, source.with_, source.http, source.wait, source.parallel, source.after)
        asked.update(msgspec.json.encode(request))
        found[step.id] = asked.hexdigest()[:16]
    return found
