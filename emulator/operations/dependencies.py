"""What a function needs of other services: its package in S3, its subnets and security groups, its dead-letter target.

They are asked for last, when nothing else is wrong with the request (validation.md §1), and one after the other; the
order among them is not known. Without a companion only a package in S3 is refused.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from emulator import arn
from emulator.companions import questions
from emulator.companions.client import CompanionClient, Refusal
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.existence import can_ask, is_there
from emulator.operations.stored_package import Location, fetch_package, location_of
from emulator.resources.code import CodePackage

_LAMBDA = "lambda.amazonaws.com"
_ASSUME = frozenset({"sts:AssumeRole", "sts:*", "*"})


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out: the package that S3 had, and the VPC of the subnets."""

    package: CodePackage | None = None
    vpc_id: str | None = None

    def completed(self, members: Members) -> Members:
        """The request, with the VPC in its VpcConfig."""
        if self.vpc_id is None:
            return members
        return {**members, "VpcConfig": {**members["VpcConfig"], "VpcId": self.vpc_id}}


def look_up(call: Call, members: Mapping[str, Any], code: Mapping[str, Any]) -> Coroutine[Any, Any, Found] | None:
    """Asks for what a request depends on; `code` is where it names its package. None where nobody is to be asked.

    Raises NotYetError or CodeFolderError at once for a package that cannot be had here, and when it asks what AWS would
    answer for what is not there.
    """
    location = location_of(call, code)
    if call.companion is None:
        return None if location is None else _look_into_folder(call, location)
    vpc = members.get("VpcConfig", {})
    asked = (
        location,
        _role(call, members),
        vpc.get("SubnetIds"),
        vpc.get("SecurityGroupIds"),
        can_ask(call, _target(members)),
    )
    return _look_up(call, call.companion, members, location) if any(asked) else None


async def _look_into_folder(call: Call, location: Location) -> Found:
    return Found(await fetch_package(call, location))


def _role(call: Call, members: Mapping[str, Any]) -> str | None:
    return members.get("Role") if call.settings.check_roles else None


def _target(members: Mapping[str, Any]) -> str:
    target: str = members.get("DeadLetterConfig", {}).get("TargetArn") or ""
    return target


async def _look_up(
    call: Call, companion: CompanionClient, members: Mapping[str, Any], location: Location | None
) -> Found:
    if (role := _role(call, members)) is not None:
        await _require_trust(call, companion, role)
    package = await fetch_package(call, location) if location is not None else None
    vpc_id = await _find_vpc(call, companion, members.get("VpcConfig", {}))
    if not await is_there(call, target := _target(members)):
        is_queue = ":sqs:" in target
        missing = InvalidParameterValueException
        raise missing.missing_queue("SendMessage") if is_queue else missing.missing_topic()
    return Found(package, vpc_id)


async def _find_vpc(call: Call, companion: CompanionClient, vpc: Mapping[str, Any]) -> str | None:
    """The VPC of the subnets, None if there are none. Raises InvalidParameterValueException for what is not there."""
    subnets, groups = vpc.get("SubnetIds"), vpc.get("SecurityGroupIds")
    here = (call.account_id, call.region)
    vpcs: dict[str, str] = {}
    try:
        if subnets:
            vpcs = await companion.ask("ec2", *here, lambda ec2: questions.vpcs_of_subnets(ec2, subnets))
            for subnet in subnets:
                if subnet not in vpcs:
                    raise InvalidParameterValueException.missing_subnet(subnet)
        if groups:
            there = await companion.ask("ec2", *here, lambda ec2: questions.security_groups(ec2, groups))
            for group in groups:
                if group not in there:
                    raise InvalidParameterValueException.missing_security_group(group)
    except Refusal:
        pass  # it does not tell
    return vpcs.get(subnets[0]) if subnets else None


async def _require_trust(call: Call, companion: CompanionClient, role: str) -> None:
    """Raises InvalidParameterValueException for a role that is not there, or that does not let Lambda assume it."""
    named = arn.parse_resource(role)
    name = role.rpartition("/")[2]
    account_id = named.account_id if named is not None else call.account_id
    try:
        policy = await companion.ask("iam", account_id, call.region, lambda iam: questions.trust_policy(iam, name))
    except Refusal:
        return
    if policy is None or not _trusts_lambda(policy):
        raise InvalidParameterValueException.role()


def _trusts_lambda(policy: Mapping[str, Any]) -> bool:
    statements = policy.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        services = principal if isinstance(principal, str) else principal.get("Service", [])
        named = {services} if isinstance(services, str) else set(services)
        actions = statement.get("Action", [])
        allowed = {actions} if isinstance(actions, str) else set(actions)
        if statement.get("Effect") == "Allow" and named & {_LAMBDA, "*"} and allowed & _ASSUME:
            return True
    return False
