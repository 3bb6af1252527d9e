"""The code of a function: from the members that bring it to a package, with every check on the way."""

from collections.abc import Mapping
from typing import Any

from emulator import quotas
from emulator.errors import CodeStorageExceededException, InvalidParameterValueException
from emulator.operations.call import Call
from emulator.resources.code import (
    CodePackage,
    image_package,
    refuse_oversized_content,
    refuse_oversized_zip,
    zip_package,
)


def refuse_oversized_package(code: Mapping[str, Any]) -> None:
    """Raises RequestEntityTooLargeException for an inline zip above 50 MB. AWS checks this before all else."""
    refuse_oversized_zip(code.get("ZipFile"))


def read_package(
    call: Call, code: Mapping[str, Any], layers_size: int, stored: CodePackage | None = None
) -> dict[str, Any]:
    """The fields of a FunctionVersion that new code changes, for a function whose layers hold `layers_size` bytes.

    `stored` is the package that S3 had, if that is where it is. Raises InvalidParameterValueException for no source,
    several, or one that cannot be read, CodeStorageExceededException if the account has no room for it.
    """
    sources = [member for member in ("ZipFile", "S3Bucket", "ImageUri") if code.get(member)]
    if not sources and code.get("ZipFile") is None:
        raise InvalidParameterValueException.no_source()
    if len(sources) > 1:
        raise InvalidParameterValueException.several_sources()
    if "ImageUri" in sources:
        image, package = image_package(code["ImageUri"])
        return {"image": image, "code": package}
    if stored is not None:
        refuse_oversized_content(stored, layers_size)
        package = stored
    elif "S3Bucket" in sources:  # a bucket, and nothing said of what is in it
        raise InvalidParameterValueException.no_source()
    else:
        package = zip_package(code["ZipFile"], layers_size)
    if call.resources.total_code_size() + package.size > quotas.TOTAL_CODE_SIZE:
        raise CodeStorageExceededException.limit()
    return {"code": package}
