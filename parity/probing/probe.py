"""One probe: what is asked and what has to be answered, as plain values."""

from dataclasses import dataclass
from typing import Any

from parity.probing.printed_forms import Refusal
from parity.probing.request import Request, request_of


@dataclass(frozen=True, slots=True)
class Accepted:
    """Validation has nothing to say: any answer will do but a refusal by it or a failure of the server.

    What does not exist may be missing, and the service may have rules of its own.
    """

    claim: str

    def __str__(self) -> str:
        return "not refused by validation"


@dataclass(frozen=True, slots=True)
class Refused:
    """Validation refuses it so. `text` is the exact message, None where nobody knows AWS's words.

    `claim` is the class of evidence for the refusal and the words, `order_claim` that for the order in which the words
    list several things.
    """

    refusal: Refusal
    text: str | None
    claim: str
    order_claim: str

    def __str__(self) -> str:
        return f"{self.refusal.status} {self.refusal.type}{f': {self.text}' if self.text else ''}"


@dataclass(frozen=True, slots=True)
class Answered:
    """Nobody knows what AWS says, but it is no failure of the server."""

    claim: str = "regression"

    def __str__(self) -> str:
        return "any answer but a failure of the server"


Expectation = Accepted | Refused | Answered


@dataclass(frozen=True, slots=True)
class Probe:
    """One request and what has to be answered.

    `id` is stable: "CreateFunction/MemorySize/range/above". `members` make the request where `raw` does not hold it.
    """

    id: str
    operation: str
    says: str
    expected: Expectation
    members: dict[str, Any]
    raw: Request | None = None

    @property
    def request(self) -> Request:
        """What goes over the wire."""
        return self.raw or request_of(self.operation, self.members)
