"""Who may call a URL: its resource policy, read with what is known of the request [docs: urls-auth].

Since October 2025 two actions are needed, `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`; accounts that had
URLs before were exempt until November 2026 [issues: serverless/serverless#13147, of AWS's own letter].

What a policy says of things that are not known here (an operator, a condition key) grants nothing: such an Allow is
none, and such a Deny denies.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from emulator.function_urls.conditions import Values, holds, matches, several
from emulator.resources.policy import Policy
from emulator.wire.messages import Request

ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")

# What only a signed request can have; no account here is in an organization.
_OF_CALLERS = ("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid")
# What requests over the Internet do not have, and what only services that call in somebody's name say.
_OF_OTHER_WAYS = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourcearn", "aws:sourceaccount")


class Access(NamedTuple):
    """Whether a request may, and if not, why: for the log, as callers are told nothing."""

    allowed: bool
    reason: str = ""


def values_of(request: Request, auth_type: str, region: str, caller: str | None, now: float) -> Values:
    """The condition keys of a request of `caller`, an account or None for anybody, at `now`, seconds since 1970."""
    return {
        "lambda:functionurlauthtype": auth_type,
        "lambda:invokedviafunctionurl": "true",
        "aws:sourceip": request.peer or None,
        "aws:securetransport": "true",  # on AWS there is no other way
        "aws:requestedregion": region,
        "aws:currenttime": datetime.fromtimestamp(now, UTC).isoformat(),
        "aws:epochtime": str(int(now)),
        "aws:useragent": request.headers.get("user-agent"),
        "aws:referer": request.headers.get("referer"),
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
        "aws:principaltype": "Anonymous" if caller is None else "Account",
        **dict.fromkeys((*_OF_CALLERS, *_OF_OTHER_WAYS)),
        **({} if caller is None else _caller_values(caller)),
    }


def _caller_values(caller: str) -> dict[str, str]:
    """Users and roles do not exist here: whoever calls is the account's root."""
    return {
        "aws:principalaccount": caller,
        "aws:principalarn": f"arn:aws:iam::{caller}:root",
        "aws:userid": caller,
    }


def decide(policy: Policy | None, resource: str, caller: str | None, values: Values) -> Access:
    """Whether `caller`, an account or None for anybody, may call the URL of `resource`, the ARN of a function or alias.

    Callers have an account and no other identity here. One of the owner's may do what its policy does not deny: on AWS
    an identity policy would have to say so.
    """
    auth_type = values["lambda:functionurlauthtype"]
    if auth_type == "AWS_IAM" and caller is None:
        return Access(False, "the request is not signed")
    owner = resource.split(":")[4]
    everything = policy.document["Statement"] if policy is not None else []
    statements = [statement for statement in everything if _is_of(statement, resource)]
    for statement in statements:
        for action in ACTIONS:
            if statement["Effect"] == "Deny" and _applies(statement, action, caller, values) is not False:
                return Access(False, f"the statement {statement.get('Sid')} denies {action}")
    if auth_type == "AWS_IAM" and caller == owner:
        return Access(True)
    for action in ACTIONS:
        if not any(
            statement["Effect"] == "Allow" and _applies(statement, action, caller, values) for statement in statements
        ):
            return Access(False, f"no statement allows {action} to {caller or 'everybody'}")
    return Access(True)


def _applies(statement: Mapping[str, Any], action: str, caller: str | None, values: Values) -> bool | None:
    """Whether a statement is about this; None if that cannot be told."""
    if not _is_about(statement, action) or (meant := _is_for(statement, caller)) is False:
        return False
    condition = statement.get("Condition")
    held = holds(condition, values) if condition else True
    return False if held is False else meant and held


def _is_of(statement: Mapping[str, Any], resource: str) -> bool:
    excluded = "NotResource" in statement
    patterns = several(statement["NotResource"] if excluded else statement.get("Resource"))
    return any(matches(pattern, resource) for pattern in patterns) is not excluded


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    excluded = "NotAction" in statement
    patterns = several(statement["NotAction"] if excluded else statement.get("Action"))
    return any(matches(pattern.lower(), action.lower()) for pattern in patterns) is not excluded


def _is_for(statement: Mapping[str, Any], caller: str | None) -> bool | None:
    if "NotPrincipal" in statement:
        return None  # it names users and roles, which do not exist here
    principal = statement.get("Principal")
    named = several(principal.get("AWS") if isinstance(principal, Mapping) else principal)
    return any(_is_caller(one, caller) for one in named)


def _is_caller(principal: str, caller: str | None) -> bool:
    if principal == "*":
        return True
    return caller is not None and (principal == caller or principal.split(":")[4:5] == [caller])
