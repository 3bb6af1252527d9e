"""AddLayerVersionPermission, RemoveLayerVersionPermission."""

from emulator import arn
from emulator.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.layer_version_policy import find_version
from emulator.resources.layer import LayerVersion
from emulator.resources.policy import Policy, printed, statement


def add_layer_version_permission(call: Call, members: Members) -> Members:
    """Let another account, an organisation or everybody use a layer version.

    Unlike AddPermission it answers the RevisionId too [rec: test_layer_policy_lifecycle, 2025-11-25].
    """
    organization = members.get("OrganizationId")
    if organization is not None and members["Principal"] != "*":
        raise InvalidParameterValueException.organization_of_principal()
    version = find_version(call, members)
    added = statement(
        members["StatementId"],
        _principal(call, members["Principal"]),
        members["Action"],
        version.arn,
        # [docs: access-control-resource-based, example of an organisation]
        {} if organization is None else {"StringEquals": {"aws:PrincipalOrgID": organization}},
    )
    _require_revision(version, members)
    version.policy = (version.policy or Policy()).add(added)
    return {"Statement": printed(added), "RevisionId": version.policy.revision_id}


def remove_layer_version_permission(call: Call, members: Members) -> Members:
    """Take a statement away. With the last one the policy goes."""
    version = find_version(call, members)
    if version.policy is None:
        raise ResourceNotFoundException.no_policy()
    changed = version.policy.remove(members["StatementId"])
    _require_revision(version, members)
    version.policy = changed
    return {}


def _principal(call: Call, given: str) -> str | dict[str, str]:
    # The model lets nothing through but `*`, an account id, and an account's root user.
    if given == "*":
        return given
    return {"AWS": given if given.startswith("arn:") else arn.account_root_arn(call.partition, given)}


def _require_revision(version: LayerVersion, members: Members) -> None:
    given = members.get("RevisionId")
    if given is not None and (version.policy is None or given != version.policy.revision_id):
        raise PreconditionFailedException.policy_revision("GetLayerPolicy")
