"""A package in S3: fetched where Lambda would fetch it, and refused in its words.

One bucket is none: with its name `S3Key` is a folder of this machine, whose files are run as they stand (hot reload).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator import quotas
from emulator.companions import questions
from emulator.companions.client import Refusal
from emulator.errors import AccessDeniedException, CodeFolderError, InvalidParameterValueException, NotYetError
from emulator.operations.call import Call
from emulator.resources.code import CodePackage, folder_package, open_zip
from emulator.resources.code_folder import refuse_unusable

_DENIED = frozenset({"AccessDenied", "403"})
_LONGEST = quotas.CODE_SIZE_UNZIPPED + quotas.MEGABYTE  # bytes of a zip that can still hold no more than it may


@dataclass(frozen=True, slots=True)
class Location:
    """Where in S3 a package is. Without a `version` it is the newest one. Or the `folder` of this machine."""

    bucket: str
    key: str
    version: str | None = None
    folder: str | None = None


def location_of(call: Call, code: Mapping[str, Any]) -> Location | None:
    """Where the package of `Code` or `Content` is, if S3 is where it is and the only place.

    Raises NotYetError where no companion could be asked for the package, CodeFolderError where it should be a folder of
    this machine and there is none.
    """
    if not (code.get("S3Bucket") and code.get("S3Key")) or code.get("ZipFile") or code.get("ImageUri"):
        return None
    if code["S3Bucket"] == call.settings.hot_reload_bucket:
        return Location(code["S3Bucket"], code["S3Key"], folder=_read_folder(code["S3Key"]))
    if call.companion is None:
        raise NotYetError(
            "Code in S3 needs a companion: start with --services, or with --companion-endpoint URL; "
            "or send the package as ZipFile."
        )
    return Location(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))


def _read_folder(key: str) -> str:
    refuse_unusable(key)
    folder = "/" + key.strip("/")
    if Path(folder).resolve() == Path("/"):
        raise CodeFolderError.whole_machine()
    return folder


async def fetch_package(call: Call, location: Location) -> CodePackage:
    """The package there. What a folder holds is read without holding anybody up.

    Raises InvalidParameterValueException where S3 has none, where its bucket is in another region, for what is no zip
    and for more than a function may hold; AccessDeniedException where S3 does not let the caller in; CodeFolderError.
    """
    if location.folder is not None:
        return await asyncio.to_thread(folder_package, location.folder)
    assert call.companion is not None, "location_of() has looked"
    try:
        return await call.companion.ask("s3", call.account_id, call.region, lambda s3: _fetch(s3, location))
    except Refusal as refusal:
        if refusal.code in _DENIED:
            raise AccessDeniedException.stored_package(
                location.bucket, location.key, refusal.code, refusal.message
            ) from None
        raise InvalidParameterValueException.refused_by("S3", "GetObject", refusal.code, refusal.message) from None


def _fetch(s3: Any, location: Location) -> CodePackage:
    found = questions.stored_object(s3, location.bucket, location.key, location.version, _LONGEST)
    if found.body is None:
        raise InvalidParameterValueException.bucket_of_other_region(str(found.region))
    if len(found.body) == _LONGEST:
        raise InvalidParameterValueException.unzipped_size(quotas.CODE_SIZE_UNZIPPED)
    return open_zip(found.body)
