"""Values that a scenario describes rather than writes out: `{repeat: a, times: 129}`.

A mapping whose keys are exactly those of a form is that form, wherever it stands in `with`, `each` or an http body.

=====================================  ==================================================================
`{repeat: a, times: 129}`              text: the text `times` times
`{json: value}`                        text: the value as compact JSON (bytes inside it as base64)
`{base64: "aGk="}`                     bytes
`{zip: {"index.py": "…"}}`             bytes of a zip archive that is the same on every machine
=====================================  ==================================================================
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from parity.archive import zip_bytes

Written = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to describe a value.

    `misfit` says what is wrong with a mapping in this form, or None; other forms and references inside it are taken to
    fit, so it can be asked before they are resolved. `make` takes a mapping in which everything is resolved.
    """

    misfit: Callable[[Written], str | None]
    make: Callable[[Written], str | bytes]


def form_of(value: Written) -> Form | None:
    """The form that the mapping is written in, or None where it is just a mapping."""
    return _FORMS.get(frozenset(value)) if len(value) <= _LONGEST else None


def _repeat_misfit(value: Written) -> str | None:
    if not _may_be_text(value["repeat"]):
        return f"`repeat` expects text, found {value['repeat']!r}"
    times = value["times"]
    if not _is_open(times) and (type(times) is not int or times < 0):
        return f"`times` expects a whole number, found {times!r}"
    return None


def _base64_misfit(value: Written) -> str | None:
    if not _is_open(value["base64"]):
        try:
            base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            return f"`base64` expects base64 text, found {value['base64']!r}"
    return None


def _zip_misfit(value: Written) -> str | None:
    files = value["zip"]
    if _is_open(files):
        return None
    if not isinstance(files, dict) or not all(isinstance(text, bytes) or _may_be_text(text) for text in files.values()):
        return "`zip` expects a mapping from file names to their text"
    return None


def _zip(value: Written) -> bytes:
    return zip_bytes({name: text.encode() if isinstance(text, str) else text for name, text in value["zip"].items()})


def _may_be_text(value: Any) -> bool:
    return isinstance(value, str) or _is_open(value)


def _is_open(value: Any) -> bool:
    """Whether the value is not known yet: a reference, or a form itself."""
    return "${" in value if isinstance(value, str) else isinstance(value, dict) and form_of(value) is not None


_FORMS = {
    frozenset({"repeat", "times"}): Form(_repeat_misfit, lambda value: value["repeat"] * value["times"]),
    frozenset({"json"}): Form(lambda _: None, lambda value: msgspec.json.encode(value["json"]).decode()),
    frozenset({"base64"}): Form(_base64_misfit, lambda value: base64.b64decode(value["base64"])),
    frozenset({"zip"}): Form(_zip_misfit, _zip),
}
_LONGEST = max(len(keys) for keys in _FORMS)
