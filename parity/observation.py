"""What was seen on the wire: one request that was sent and the answer that came back."""

from dataclasses import dataclass, field
from typing import Any

from parity.evidence import AwsWitness


@dataclass(frozen=True, slots=True)
class Sent:
    """The request line as it went out. `path` is percent-encoded as sent, with its query."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as it came in: `headers` by lower-case name, `body` the raw bytes."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Observation:
    """All that one step saw: one exchange, or N of them for `parallel: N` (in the order in which they were sent).

    `witness` says that AWS itself answered.
    """

    step: str  # expanded step id, "bad-name[3]"
    operation: str | None  # None for a raw http step
    sent: Sent
    answers: tuple[Answer, ...]
    witness: AwsWitness | None = None

    @property
    def answer(self) -> Answer:
        return self.answers[0]


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """One scenario carried out on one target.

    `known` maps values that the run itself chose or learnt to their token kind: {"parity-66f0a1b2-x7": "prefix",
    "123456789012": "account-id", "eu-west-1": "region", "arn:aws:iam::…": "role-arn"}.
    `failure` says why the run ended early (a need could not be deployed, the connection broke).
    `skipped` says why it was not run at all ("needs services: …"); a skipped run is neither same nor different.
    `not_asked` names the steps that could not be sent, each with the reason (mostly: what an earlier answer lacked).
    `duration` is in seconds.
    """

    scenario: str  # "alias/create-alias"
    observations: tuple[Observation, ...]
    known: dict[str, str] = field(default_factory=dict)
    failure: str | None = None
    skipped: str | None = None
    not_asked: dict[str, str] = field(default_factory=dict)
    duration: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)
