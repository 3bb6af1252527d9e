"""Zip archives that are the same bytes on every machine, so that a CodeSha256 never changes by itself."""

import io
import zipfile
from collections.abc import Collection, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can hold
_UNIX = 3
_FILE, _EXECUTABLE = 0o100644, 0o100755


def zip_bytes(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """The archive of `files` (name → content), sorted by name, mode 0644, or 0755 for the names in `executable`."""
    buffer = io.BytesIO()
    # Stored, not deflated: zlib and its replacements compress to different bytes.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (_EXECUTABLE if name in executable else _FILE) << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
