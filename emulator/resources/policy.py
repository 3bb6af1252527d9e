"""Resource-based policies: who beside the owner may use a function, a version, an alias or a layer version.

A policy is a JSON document that AWS prints compactly and with its keys in a fixed order. Here it never changes in
place: each change makes a new policy with a RevisionId of its own, so a change that is refused leaves nothing behind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from emulator import ids, quotas
from emulator.errors import PolicyLengthExceededException, ResourceConflictException, ResourceNotFoundException

Statement = Mapping[str, Any]


def statement(sid: str, principal: Any, action: str, resource: str, condition: Mapping[str, Any]) -> Statement:
    """One statement as AWS prints it: in this order, the condition only if there is one (policies.md §1)."""
    printed: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
    }
    return printed | ({"Condition": condition} if condition else {})


def printed(document: Mapping[str, Any]) -> str:
    """A policy or a statement as AWS prints it: without white space [docs: API examples in the model]."""
    return msgspec.json.encode(document).decode()


def _empty() -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "default", "Statement": []}


@dataclass(slots=True, frozen=True)
class Policy:
    """A policy. `document` has its statements as a list, whatever the caller who wrote it did.

    Making one raises PolicyLengthExceededException above 20 KB.
    """

    document: Mapping[str, Any] = field(default_factory=_empty)
    revision_id: str = field(default_factory=ids.revision_id)

    def __post_init__(self) -> None:
        size = len(printed(self.document).encode())
        if size > quotas.POLICY_SIZE:
            raise PolicyLengthExceededException.size(size, quotas.POLICY_SIZE)

    def add(self, added: Statement) -> "Policy":
        """The policy with one statement more, at its end. Raises ResourceConflictException if its Sid is taken."""
        if any(present.get("Sid") == added["Sid"] for present in self._statements()):
            raise ResourceConflictException.statement_exists(added["Sid"])
        return Policy({**self.document, "Statement": [*self._statements(), added]})

    def remove(self, sid: str) -> "Policy | None":
        """The policy without one statement; None if that was the last one, for no policy is empty.

        Raises ResourceNotFoundException if there is no such statement.
        """
        left = [present for present in self._statements() if present.get("Sid") != sid]
        if len(left) == len(self.document["Statement"]):
            raise ResourceNotFoundException.statement(sid)
        return Policy({**self.document, "Statement": left}) if left else None

    def describe(self) -> dict[str, str]:
        """The members with which AWS answers GetPolicy and its like."""
        return {"Policy": printed(self.document), "RevisionId": self.revision_id}

    def allows(self, account_id: str, action: str) -> bool:
        """Whether an account may do `action` (`lambda:InvokeFunction`) by this policy.

        Callers have an account and no other identity here, so a user or role of an account stands for all of it. What
        depends on more than that (conditions, NotPrincipal, NotAction) neither allows nor denies anything.
        """
        effects = {
            present["Effect"]
            for present in self._statements()
            if not present.get("Condition")
            and any(_is_account(principal, account_id) for principal in _principals(present.get("Principal")))
            and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _several(present.get("Action")))
        }
        return "Allow" in effects and "Deny" not in effects

    def _statements(self) -> list[Statement]:
        found: list[Statement] = self.document["Statement"]
        return found


def _several(value: Any) -> list[str]:
    """One text or a list of them, which policies do not tell apart."""
    return [value] if isinstance(value, str) else list(value or ())


def _principals(value: Any) -> Iterator[str]:
    yield from _several(value.get("AWS") if isinstance(value, Mapping) else value)


def _is_account(principal: str, account_id: str) -> bool:
    return principal in ("*", account_id) or principal.split(":")[4:5] == [account_id]
