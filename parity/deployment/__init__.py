"""Puts on the target what a scenario needs, and removes everything that the scenario made.

What is made is noted at once, on a stack; the teardown works the stack off, newest first, and goes on where one removal
fails. Steps make things too (`CreateFunction` under `${prefix}`), so every answer passes by here: a table says which
operations make something and which call removes it again.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from parity.deployment.removals import Removal, is_busy, members_of, removal_of
from parity.deployment.resources import Maker, ask_patiently
from parity.error_answers import error_code, message
from parity.function_code import FunctionCode
from parity.observation import Answer
from parity.patience import Pause, until_settled
from parity.references import resolve
from parity.scenario import NeededFunction, NeededResource, Scenario
from parity.targets.target import SDK_ERRORS, Target
from parity.targets.wire_capture import CannotAsk, Exchange

_STATE_POLLS = (0.05, 0.05, 0.1, 0.1)  # seconds
_ACTIVE_LIMIT = 300.0

# What Lambda says while a role that exists already has not reached it yet.
_PROPAGATING = ("cannot be assumed by Lambda", "does not have permissions to call", "KMS key is invalid")


class NeedNotMet(Exception):
    """What a scenario needs could not be put on the target; the message says what and why."""


class NeedsServices(NeedNotMet):
    """The target has no service that could meet the need; the scenario does not apply to it."""


@dataclass(slots=True)
class Deployment:
    """What one scenario run has put on the target. `tear_down` must be called, whatever happened.

    `scope` holds the roots that references may name; `known` the values of this run and their token kinds.
    `pause` waits between attempts and raises where the run is stopped.
    """

    target: Target
    scenario: Scenario
    prefix: str
    code: FunctionCode
    pause: Pause = time.sleep
    scope: dict[str, Any] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    _undo: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        target = self.target
        target.prefixes.add(self.prefix)
        self.scope |= {
            "prefix": self.prefix,
            "account": target.account_id,
            "region": target.region,
            "partition": target.partition,
            "zip": self.code,
        }
        self.known |= {
            self.prefix: "prefix",
            target.account_id: "account-id",
            target.region: "region",
            target.partition: "partition",
        }

    def deploy(self) -> None:
        """Makes the role, the resources and the functions that are needed. Raises NeedNotMet, TargetUnreachable."""
        needs = self.scenario.needs
        if needs.role:
            self.scope["role"] = self._role()
        for resource in needs.resources:
            self.scope[resource.as_] = self._resource(resource)
        for function in needs.functions:
            self.scope[function.as_] = self._create(function)
        for function in needs.functions:
            self._wait_until_active(function)

    def note(self, operation: str | None, exchange: Exchange) -> None:
        """Remembers what the answered request has made, so that the teardown removes it."""
        removal = removal_of(operation, exchange)
        if removal is not None:
            self._on_teardown(removal.thing, lambda: self._remove(removal))

    def tear_down(self) -> list[str]:
        """Removes everything, newest first; returns one line for each thing that could not be removed."""
        left = []
        while self._undo:
            name, remove = self._undo.pop()
            try:
                remove()
            except Exception as error:  # the rest must go all the same
                left.append(f"{name}: {error}")
        return left

    def role_is_settling(self, members: Mapping[str, Any], answer: Answer) -> bool:
        """Whether the answer only says that Lambda does not know this run's new role yet."""
        if self.target.settles_at_once or error_code(answer) != "InvalidParameterValueException":
            return False
        own_role = self.scope.get("role", {}).get("arn")
        uses_role = own_role in members.values() or "EventSourceArn" in members
        return uses_role and any(text in message(answer) for text in _PROPAGATING)

    @property
    def _maker(self) -> Maker:
        return Maker(self.target, self.prefix, self.pause, self._on_teardown)

    def _role(self) -> dict[str, str]:
        name = f"{self.prefix}-role"
        if self.target.has_services and "iam" not in self.target.lacks:
            try:
                return self._maker.role(name)
            except (*SDK_ERRORS, ValueError) as error:
                if not self.target.settles_at_once:
                    raise NeedNotMet(f"the role could not be created: {error}") from error
                self.target.lacks.add("iam")
        return {"name": name, "arn": f"arn:{self.target.partition}:iam::{self.target.account_id}:role/{name}"}

    def _resource(self, need: NeededResource) -> dict[str, Any]:
        if need.kind == "layer":
            return self._layer(need)
        name = f"{self.prefix}-{need.as_}"
        make = getattr(self._maker, need.kind)
        try:
            attributes: dict[str, Any] = make(name, resolve(need.members, self.scope))
            if need.code is not None:
                self._maker.stored(name, f"{need.code}.zip", self.code[need.code])
        except (*SDK_ERRORS, ValueError, KeyError, TimeoutError) as error:
            if self.target.settles_at_once:
                raise NeedsServices(f"needs services: {self.target.name} makes no {need.kind} ({error})") from error
            raise NeedNotMet(f"the {need.kind} could not be created: {error}") from error
        if (
            "url" in attributes
        ):  # ARNs are made of values that are known already; this is not, and each target has its own
            self.known[attributes["url"]] = "queue-url"
        return attributes

    def _layer(self, need: NeededResource) -> dict[str, Any]:
        members = {
            "LayerName": f"{self.prefix}-{need.as_}",
            "Content": {"ZipFile": self.code[need.code or ""]},
            **resolve(need.members, self.scope),
        }
        made = members_of(self._ask("PublishLayerVersion", members, f"the layer `{need.as_}`"))
        return {
            "name": members["LayerName"],
            "arn": made.get("LayerArn"),
            "version": made.get("Version"),
            "version_arn": made.get("LayerVersionArn"),
        }

    def _create(self, need: NeededFunction) -> dict[str, str]:
        name = f"{self.prefix}-{need.as_}"
        members = {
            "FunctionName": name,
            "Role": self.scope["role"]["arn"],
            "Code": {"ZipFile": self.code[need.code]},
            **resolve(need.members, self.scope),
        }
        made = members_of(self._ask("CreateFunction", members, f"the function `{need.as_}`"))
        arn = f"arn:{self.target.partition}:lambda:{self.target.region}:{self.target.account_id}:function:{name}"
        unqualified = ":".join(str(made.get("FunctionArn", arn)).split(":")[:7])  # with Publish, it names a version
        return {"name": name, "arn": unqualified}

    def _wait_until_active(self, need: NeededFunction) -> None:
        name = {"FunctionName": self.scope[need.as_]["name"]}
        polls, deadline = iter((self.target.settling, *_STATE_POLLS)), time.monotonic() + _ACTIVE_LIMIT
        while time.monotonic() < deadline:
            self.pause(next(polls, 0.2 if self.target.settles_at_once else 1.0))
            described = members_of(self._ask("GetFunctionConfiguration", name, f"the function `{need.as_}`"))
            match described.get("State"):
                case "Active" | None:  # None: an emulator without states
                    return
                case "Failed":
                    raise NeedNotMet(f"the function `{need.as_}` failed: {described.get('StateReason')}")
        raise NeedNotMet(f"the function `{need.as_}` was not Active after {_ACTIVE_LIMIT:.0f} s")

    def _ask(self, operation: str, members: dict[str, Any], what: str) -> Answer:
        """One call that must succeed, asked again while the target's mood or a settling role stands in its way."""

        def passing(exchange: Exchange) -> bool:
            return self.target.passes(exchange.answer) or self.role_is_settling(members, exchange.answer)

        def ask() -> Exchange:
            exchange = self.target.wire.call(operation, members)
            self.note(operation, exchange)
            return exchange

        try:
            answer = until_settled(ask, passing, self.target.patience, self.pause).answer
        except CannotAsk as error:
            raise NeedNotMet(f"{what} could not be deployed: {error}") from error
        if answer.status >= 300:
            said = f"{answer.status} {error_code(answer) or ''}: {message(answer) or 'no message'}"
            raise NeedNotMet(f"{what} could not be deployed: {operation} answered {said}")
        return answer

    def _remove(self, removal: Removal) -> None:
        passes = self.target.passes
        exchange = until_settled(
            lambda: self.target.wire.call(removal.call, removal.members),
            lambda done: passes(done.answer) or is_busy(done.answer),
            self.target.patience,
        )
        if exchange.answer.status >= 300 and exchange.answer.status != 404:
            raise NeedNotMet(f"{removal.call} answered {exchange.answer.status} {message(exchange.answer)}")
        if removal.call == "DeleteFunction" and not self.target.settles_at_once:
            self._remove_log_group(str(removal.members["FunctionName"]))

    def _remove_log_group(self, function: str) -> None:
        logs, group = self.target.client("logs"), f"/aws/lambda/{function}"
        with suppress(logs.exceptions.ResourceNotFoundException):  # a function that was never invoked has none
            ask_patiently(self.target, lambda: logs.delete_log_group(logGroupName=group), time.sleep)

    def _on_teardown(self, name: str, remove: Callable[[], None]) -> None:
        with self._lock:  # steps with `parallel` answer in several threads
            self._undo.append((name, remove))
