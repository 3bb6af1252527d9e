"""CreateCodeSigningConfig, GetCodeSigningConfig, UpdateCodeSigningConfig, DeleteCodeSigningConfig, List…."""

from emulator import quotas
from emulator.errors import ResourceConflictException
from emulator.operations.call import Call, Members
from emulator.operations.code_signing import find_config_by_arn
from emulator.operations.pages import page
from emulator.operations.tag import check_tags
from emulator.resources.code_signing_config import CodeSigningConfig


def create_code_signing_config(call: Call, members: Members) -> Members:
    """Make a code signing configuration. Whether its signing profiles exist is not looked at, by AWS neither [rec]."""
    tags = members.get("Tags", {})
    check_tags(tags)
    config = CodeSigningConfig(
        account_id=call.account_id,
        region=call.region,
        signing_profile_version_arns=members["AllowedPublishers"]["SigningProfileVersionArns"],
        last_modified=call.clock.now(),
        description=members.get("Description", ""),
        tags=dict(tags),
    )
    _read_policy(config, members)
    call.resources.code_signing_configs[config.id] = config
    return {"CodeSigningConfig": config.describe()}


def get_code_signing_config(call: Call, members: Members) -> Members:
    """A code signing configuration as it is."""
    return {"CodeSigningConfig": find_config_by_arn(call, members["CodeSigningConfigArn"]).describe()}


def update_code_signing_config(call: Call, members: Members) -> Members:
    """Change what is given and keep the rest [rec: test_function_code_signing_config, 2025-11-25].

    It counts from the next deployment of each function on [model].
    """
    config = find_config_by_arn(call, members["CodeSigningConfigArn"])
    config.description = members.get("Description", config.description)
    if "AllowedPublishers" in members:
        config.signing_profile_version_arns = members["AllowedPublishers"]["SigningProfileVersionArns"]
    _read_policy(config, members)
    config.last_modified = call.clock.now()
    return {"CodeSigningConfig": config.describe()}


def delete_code_signing_config(call: Call, members: Members) -> Members:
    """Delete a code signing configuration that no function uses."""
    config = find_config_by_arn(call, members["CodeSigningConfigArn"])
    if any(function.code_signing_config_arn == config.arn for function in call.resources.functions.values()):
        raise ResourceConflictException.code_signing_config_in_use()
    del call.resources.code_signing_configs[config.id]
    return {}


def list_code_signing_configs(call: Call, members: Members) -> Members:
    """All code signing configurations. AWS's order is not documented; here it is that of the ids."""
    configs = [config for _, config in sorted(call.resources.code_signing_configs.items())]
    shown, more = page(configs, _place, members, quotas.CODE_SIGNING_PER_PAGE)
    return {"CodeSigningConfigs": [config.describe() for config in shown], **more}


def _read_policy(config: CodeSigningConfig, members: Members) -> None:
    policies = members.get("CodeSigningPolicies", {})
    config.policy = policies.get("UntrustedArtifactOnDeployment", config.policy)


def _place(config: CodeSigningConfig) -> tuple[str]:
    return (config.id,)
