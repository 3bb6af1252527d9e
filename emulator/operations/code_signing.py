"""What a code signing configuration means for a deployment.

AWS Signer is out of reach, so no code and no layer counts as signed here. That is a mismatch, which `Warn` lets pass
and `Enforce` does not [docs: configuration-codesigning].
"""

from emulator.errors import (
    CodeSigningConfigNotFoundException,
    CodeVerificationFailedException,
    InvalidParameterValueException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call
from emulator.resources.code_signing_config import ENFORCE, CodeSigningConfig


def find_config(call: Call, config_arn: str, package_type: str) -> CodeSigningConfig:
    """The configuration that a function of `package_type` is to have.

    Raises InvalidParameterValueException for an image, CodeSigningConfigNotFoundException if there is none.
    """
    refuse_image(package_type)
    config = _find(call, config_arn)
    if config is None:
        raise CodeSigningConfigNotFoundException.specified()
    return config


def find_config_by_arn(call: Call, config_arn: str) -> CodeSigningConfig:
    """The configuration itself. Raises ResourceNotFoundException, for those of other accounts and regions too."""
    config = _find(call, config_arn)
    if config is None:
        raise ResourceNotFoundException.requested()
    return config


def _find(call: Call, config_arn: str) -> CodeSigningConfig | None:
    config = call.resources.code_signing_configs.get(config_arn.rpartition(":")[2])
    return config if config is not None and config.arn == config_arn else None


def refuse_image(package_type: str) -> None:
    """Raises InvalidParameterValueException for a container image: nobody signs those for Lambda."""
    if package_type == "Image":
        raise InvalidParameterValueException.code_signing_of_image()


def refuse_untrusted(call: Call, config_arn: str | None, function_name: str) -> None:
    """Raises CodeVerificationFailedException if the function's code signing configuration wants signatures."""
    config = _find(call, config_arn) if config_arn is not None else None
    if config is not None and config.policy == ENFORCE:
        raise CodeVerificationFailedException.untrusted(function_name)
