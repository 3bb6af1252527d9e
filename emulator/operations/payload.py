"""The event of an invocation: any JSON value, or AWS's complaint about it.

The check costs well under a microsecond for a small event and builds no values. What AWS says about a bad one is the
text of its JSON parser, Jackson (invoke.md §4): the kinds of fault that users quote are worded like its own, the column
is that of the byte after the fault.
"""

import json
import re
from functools import partial
from typing import NoReturn

import msgspec

from emulator.errors import InvalidRequestContentException

_decoder = msgspec.json.Decoder(msgspec.Raw)

_SOURCE_LENGTH = 500  # characters of the source that Jackson repeats [issues: szymonmaszke/torchlambda#13, 2020]
_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_PROBLEMS = {  # what Python's parser says, and what Jackson does
    "Invalid control character": (
        "Illegal unquoted character ({}): has to be escaped using backslash to be included in string value"
    ),
    "Invalid \\": "Unrecognized character escape {}",
    "Expecting property name": "Unexpected character ({}): was expecting double-quote to start field name",
    "Illegal trailing comma": "Unexpected character ({}): was expecting double-quote to start field name",
    "Expecting ':'": "Unexpected character ({}): was expecting a colon to separate field name and value",
    "Expecting ','": "Unexpected character ({}): was expecting comma to separate entries",
    "Extra data": "Unexpected character ({}): Expected space separating root-level values",
}
_TOKEN = re.compile(r"\w+")


def read_payload(body: bytes) -> bytes:
    """The event that `body` is; an empty body is `{}` [rec: test_echo_invoke, 2026-01-12].

    Raises InvalidRequestContentException if it is not JSON in UTF-8.
    """
    if not body:
        return b"{}"
    try:
        _decoder.decode(body)
        if not body.isascii():
            body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        _check_slowly(body)
    except RecursionError:
        # Jackson counts too; what AWS says then is not known.
        _refuse("Document nesting depth (1001) exceeds the maximum allowed (1000)", body.decode(errors="replace"), 1000)
    return body


def _check_slowly(body: bytes) -> None:
    # The quick check refuses lone surrogates such as "\ud800", which Jackson takes.
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        _refuse(f"Invalid UTF-8 start byte 0x{body[error.start]:02x}", body.decode(errors="replace"), error.start)
    try:
        json.loads(text, parse_constant=partial(_refuse_constant, text))
    except json.JSONDecodeError as error:
        _refuse(*_explain(text, error))


def _refuse_constant(text: str, name: str) -> NoReturn:
    # NaN and Infinity: Python's parser knows them, JSON does not.
    raise json.JSONDecodeError("Expecting value", text, text.index(name))


def _refuse(problem: str, text: str, position: int) -> NoReturn:
    before = text[: position + 1]
    line = before.count("\n") + 1
    column = position + 1 - before.rfind("\n")
    source = text[:_SOURCE_LENGTH]
    left_out = len(text.encode()) - len(source.encode())
    truncated = f"[truncated {left_out} bytes]" if left_out else ""
    where = f'\n at [Source: (byte[])"{source}"{truncated}; line: {line}, column: {column}]'
    raise InvalidRequestContentException.payload(problem + where)


def _explain(text: str, error: json.JSONDecodeError) -> tuple[str, str, int]:
    """Jackson's words for what Python's parser found, the text, and the place in it."""
    position = error.pos
    if error.msg.startswith("Unterminated string"):
        return "Unexpected end-of-input: was expecting closing quote for a string value", text, len(text)
    if position >= len(text):
        return "Unexpected end-of-input", text, len(text)
    if error.msg.startswith("Invalid \\escape"):
        position += 1  # Python points to the backslash
    found = _name(text[position])
    for start, problem in _PROBLEMS.items():
        if error.msg.startswith(start):
            return problem.format(found), text, position
    token = _TOKEN.match(text, position)
    if token is None:
        return f"Unexpected character ({found}): expected a valid value {_VALUE}", text, position
    # Jackson reads the token twice before it gives up, and counts both.
    return f"Unrecognized token '{token[0]}': was expecting {_VALUE}", text, position + 2 * len(token[0]) - 1


def _name(character: str) -> str:
    code = ord(character)
    return f"(CTRL-CHAR, code {code})" if code < 32 or 127 <= code < 160 else f"'{character}' (code {code})"
