"""The headers of a request, from the parser's bytes to the texts of `Request.headers`."""

from collections.abc import Sequence
from itertools import repeat

_REMEMBERED = 256
_LATIN_1 = repeat("latin-1")


class _LowerCase(dict[bytes, str]):
    """Names in lower case. Clients send the same few over and over, so they are remembered."""

    def __missing__(self, name: bytes) -> str:
        lower = name.decode("latin-1").lower()
        if len(self) < _REMEMBERED:
            self[name] = lower
        return lower


_names = _LowerCase()


def headers_of(fields: Sequence[bytes]) -> dict[str, str]:
    """Each header by lower-case name, from `name, value, name, value, ...`; see `Request` for those sent twice."""
    names = fields[::2]
    # Every request has a dozen: all of this happens without a step of Python's in between.
    headers = dict(zip(map(_names.__getitem__, names), map(str, fields[1::2], _LATIN_1), strict=False))
    return headers if len(headers) == len(names) else _joined(fields)


def _joined(fields: Sequence[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in zip(fields[::2], fields[1::2], strict=True):
        lower, text = _names[name], value.decode("latin-1")
        if lower in headers:
            text = f"{headers[lower]}{'; ' if lower == 'cookie' else ','}{text}"
        headers[lower] = text
    return headers
