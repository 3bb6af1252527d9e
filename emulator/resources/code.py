"""Deployment packages: zip files and container images."""

import base64
import contextlib
import hashlib
import io
import zipfile
from dataclasses import dataclass, replace

from emulator import ids, quotas
from emulator.errors import CodeFolderError, InvalidParameterValueException, RequestEntityTooLargeException
from emulator.resources.code_folder import content_of, zip_folder


@dataclass(slots=True, frozen=True)
class CodePackage:
    """One deployment package.

    `sha256` is what AWS prints as CodeSha256: base64 for a zip, the hex digest for an image. `size` is in bytes of the
    zip, `unzipped_size` in bytes of what it holds. An image has no bytes here, and size 0 as on AWS.

    `folder` is the absolute path of a folder of the host that is run as it stands (hot reload). Such a package has no
    zip; its digest is that of the folder's content, its size that of the files, and both are of the last look at them.
    It may be larger than a package of AWS: while one works on it, much lies in a folder that will not be shipped.
    """

    zip_bytes: bytes
    sha256: str
    size: int
    unzipped_size: int = 0
    folder: str | None = None

    def current(self) -> "CodePackage":
        """Itself; of a folder, as it is now. One that is gone is told as it was."""
        if self.folder is None:
            return self
        content = content_of(self.folder)
        with contextlib.suppress(CodeFolderError):
            content.glance()
        return replace(self, sha256=content.digest, size=content.size) if content.digest else self

    def pinned(self) -> "CodePackage":
        """Itself; of a folder, a package of what it holds now, which no longer changes. Raises CodeFolderError."""
        if self.folder is None:
            return self
        zip_bytes, digest, size = zip_folder(self.folder)
        return CodePackage(zip_bytes, digest, size, size)


def folder_package(folder: str) -> CodePackage:
    """The package that a folder is. Raises CodeFolderError. It reads all files when it sees them for the first time."""
    content = content_of(folder)
    content.look()
    return CodePackage(b"", content.digest, content.size, folder=folder)


@dataclass(slots=True, frozen=True)
class ContainerImage:
    """An image as the caller named it (`uri`), and pinned to a digest (`resolved_uri`)."""

    uri: str
    resolved_uri: str
    digest: str


def refuse_oversized_zip(zip_bytes: bytes | None) -> None:
    """Raises RequestEntityTooLargeException above 50 MB of inline zip [rec: test_oversized_zipped_create_lambda]."""
    if zip_bytes is not None and len(zip_bytes) > quotas.CODE_SIZE_ZIPPED:
        raise RequestEntityTooLargeException.zip_file(quotas.CODE_SIZE_ZIPPED)


def zip_package(zip_bytes: bytes, layers_size: int = 0) -> CodePackage:
    """The package in `zip_bytes`, for a function whose layers hold `layers_size` bytes.

    Raises InvalidParameterValueException if it is no zip, if it is empty, or if it is too large unzipped.
    """
    package = open_zip(zip_bytes)
    refuse_oversized_content(package, layers_size)
    return package


def open_zip(zip_bytes: bytes) -> CodePackage:
    """The package in `zip_bytes`, whatever its size. Raises InvalidParameterValueException if it is no zip, or empty.

    It reads all of them, which takes a while: a second for half a gigabyte.
    """
    if not zip_bytes:
        raise InvalidParameterValueException.empty_zip()
    try:
        with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):  # also damaged names and unknown versions
        raise InvalidParameterValueException.not_a_zip() from None
    if not entries:
        raise InvalidParameterValueException.empty_zip()
    digest = base64.b64encode(hashlib.sha256(zip_bytes).digest()).decode()
    return CodePackage(zip_bytes, digest, len(zip_bytes), sum(entry.file_size for entry in entries))


def refuse_oversized_content(package: CodePackage, layers_size: int = 0) -> None:
    """Raises InvalidParameterValueException if a package and its layers are too large together, unzipped."""
    # The limit holds for code and layers together, and AWS prints what is left of it for the code (validation.md §4).
    limit = quotas.CODE_SIZE_UNZIPPED - layers_size
    if package.unzipped_size > limit:
        raise InvalidParameterValueException.unzipped_size(limit)


def image_package(uri: str) -> tuple[ContainerImage, CodePackage]:
    """The image that `uri` names.

    AWS asks the registry for the digest behind a tag. Nobody has asked one here, so the digest is derived from the URI:
    the same URI always resolves to the same digest, another one to another. A URI that names a digest keeps it.
    """
    repository, separator, digest = uri.partition("@sha256:")
    if not separator:
        # A colon in the last path segment starts a tag; an earlier one belongs to the registry's port.
        path, slash, last = uri.rpartition("/")
        repository = path + slash + last.partition(":")[0]
        digest = ids.stable_digest("image", uri)
    return ContainerImage(uri, f"{repository}@sha256:{digest}", digest), CodePackage(b"", digest, 0)
