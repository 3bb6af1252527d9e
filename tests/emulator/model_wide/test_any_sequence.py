"""Any sequence of valid calls, with time going by between them, and what must hold after each.

What a caller could learn before and after a call is compared: a call that is refused, or that only reads, changes
nothing; a listed thing can be got, and one that was deleted cannot; what the account uses is the sum of what is there;
RevisionIds change exactly where AWS changes them (functions.md §3 and §6, policies.md §1, other-resources.md §1).
"""

import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from emulator import quotas
from emulator.protocol.model import load_model
from tests.emulator.model_wide.api import Answer, Api
from tests.emulator.model_wide.depth import as_deep_as_asked
from tests.emulator.model_wide.observation import Observed, known_from, observe, revision_ids
from tests.emulator.model_wide.populated import add_durable_execution, populate
from tests.emulator.model_wide.valid_inputs import inputs

OPERATIONS = sorted(load_model().operations)
READING = re.compile(r"Get|List|Invoke|SendDurable|Checkpoint")
MAKING = [name for name in OPERATIONS if re.match(r"Create|Publish|Add|Put", name)]
# How soon after creation something may be deleted does not matter here; that it is gone does.
GONE = {
    "DeleteAlias": ("GetAlias", ("FunctionName", "Name")),
    "DeleteEventSourceMapping": ("GetEventSourceMapping", ("UUID",)),
    "DeleteFunctionEventInvokeConfig": ("GetFunctionEventInvokeConfig", ("FunctionName", "Qualifier")),
    "DeleteFunctionUrlConfig": ("GetFunctionUrlConfig", ("FunctionName", "Qualifier")),
    "DeleteFunction": ("GetFunction", ("FunctionName", "Qualifier")),
    "DeleteLayerVersion": ("GetLayerVersion", ("LayerName", "VersionNumber")),
    "DeleteCodeSigningConfig": ("GetCodeSigningConfig", ("CodeSigningConfigArn",)),
    "DeleteCapacityProvider": ("GetCapacityProvider", ("CapacityProviderName",)),
    "DeleteDurableExecution": ("GetDurableExecution", ("DurableExecutionArn",)),
    "DeleteProvisionedConcurrencyConfig": ("GetProvisionedConcurrencyConfig", ("FunctionName", "Qualifier")),
    "DeleteResourcePolicy": ("GetResourcePolicy", ("ResourceArn",)),
}
SETTLING = {"DeleteEventSourceMapping", "DeleteCapacityProvider", "DeleteDurableExecution"}

# Whose RevisionId a successful call changes; every other call changes that of nothing that was there before.
REVISING = {
    "UpdateFunctionCode": "version",
    "UpdateFunctionConfiguration": "version",
    "TagResource": "version",
    "UntagResource": "version",
    "UpdateAlias": "alias",
    "AddPermission": "policy",
    "RemovePermission": "policy",
    "PutResourcePolicy": "policy",
    "AddLayerVersionPermission": "layer policy",
    "RemoveLayerVersionPermission": "layer policy",
}

API = Api()


class AnySequence(RuleBasedStateMachine):
    """Calls on one region."""

    @initialize()
    def begin(self) -> None:
        API.begin_anew()
        populate(API)
        self.seen = observe(API)

    @rule(operation=st.sampled_from([*OPERATIONS, *MAKING, *MAKING]), data=st.data())
    def call(self, operation: str, data: st.DataObject) -> None:
        members = data.draw(inputs(operation, known_from(self.seen)))
        before = self.seen
        answer = API.call(operation, **members)
        self.seen = after = observe(API)
        changed = _differences(before, after)
        if not answer.is_success or READING.match(operation) or members.get("DryRun"):
            assert not changed, f"{operation}({members}) -> {answer.status} changed {changed}"
        elif operation in GONE:
            self._is_gone(operation, members)
        if answer.is_success:
            _check_revisions(operation, members, answer, before, after)
        _check_usage(after)

    @rule(seconds=st.sampled_from([0.5, 1.0, 10.0]))
    def wait(self, seconds: float) -> None:
        before = self.seen
        API.wait(seconds)
        self.seen = after = observe(API)
        for subject in _revised(before, after):
            version = before["functions"][subject[1]]["versions"][subject[2]]
            assert "InProgress" in (version.get("LastUpdateStatus"),) or version["State"] == "Pending", subject
        _check_usage(after)

    @precondition(lambda self: self.seen["functions"])
    @rule()
    def start_durable_execution(self) -> None:
        add_durable_execution(API, next(iter(self.seen["functions"])), "$LATEST")
        self.seen = observe(API)

    def _is_gone(self, operation: str, members: dict[str, Any]) -> None:
        reading, keys = GONE[operation]
        if operation in SETTLING:
            API.wait(1.0)
            self.seen = observe(API)
        answer = API.call(reading, **{key: members[key] for key in keys if key in members})
        assert answer.status == 404, f"{operation}({members}), then {reading}: {answer}"


def _differences(before: Observed, after: Observed) -> list[str]:
    return [f"{kind}: {before[kind]} -> {after[kind]}" for kind in before if before[kind] != after[kind]]


def _revised(before: Observed, after: Observed) -> set[tuple[str, ...]]:
    old, new = revision_ids(before), revision_ids(after)
    return {subject for subject in old.keys() & new.keys() if old[subject] != new[subject]}


def _check_revisions(
    operation: str, members: dict[str, Any], answer: Answer, before: Observed, after: Observed
) -> None:
    revised = _revised(before, after)
    kind = REVISING.get(operation)
    if kind is None or members.get("DryRun") or ("Resource" in members and ":function:" not in members["Resource"]):
        assert not revised, f"{operation}({members}) revised {revised}"
        return
    assert {subject[0] for subject in revised} <= {kind}, f"{operation}({members}) revised {revised}"
    assert len(revised) <= 1, f"{operation}({members}) revised {revised}"
    there_before = kind in ("version", "alias") or operation.startswith("Remove")
    still_there = {subject for subject in revision_ids(before) if subject[0] == kind} <= revision_ids(after).keys()
    assert revised or not there_before or not still_there, f"{operation}({members}) revised nothing"
    if "RevisionId" in answer.members and operation not in ("UpdateFunctionCode",):
        assert answer.members["RevisionId"] in revision_ids(after).values()


def _check_usage(seen: Observed) -> None:
    functions, settings = seen["functions"], seen["settings"]
    sizes = [version["CodeSize"] for function in functions.values() for version in function["versions"].values()]
    sizes += [
        version["Content"]["CodeSize"] for layer in seen["layers"].values() for version in layer["versions"].values()
    ]
    assert settings["AccountUsage"] == {"FunctionCount": len(functions), "TotalCodeSize": sum(sizes)}
    reserved = sum(function["concurrency"].get("ReservedConcurrentExecutions", 0) for function in functions.values())
    assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] == quotas.CONCURRENT_EXECUTIONS - reserved
    assert quotas.CONCURRENT_EXECUTIONS - reserved >= quotas.UNRESERVED_MINIMUM


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = as_deep_as_asked(examples=2, stateful_step_count=25)
