"""The one table of token kinds: the values of an answer that are others each time, and how each is recognised.

A kind is placed by what the run knows (`given`), by the member of the service model that holds it (`members`), or by
what it looks like inside a text (`found`). Snapshots, comparison, attestation and scrubbing all read this table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKind:
    """One row of the table.

    `pattern` is what a value looks like, as text; `number` says that it is a JSON number and not a string.
    `members` are the members of the service model that hold such a value and nothing else ("RevisionId",
    "AccountUsage.FunctionCount"); `found` recognises it inside a longer text: patterns whose group is named `value`.
    `given` kinds are values that the run itself chose or learnt: while it knows any, no other value will do.
    `identity` says that equal and distinct values mean something; the tokens of such kinds are numbered.
    `secret` values are never written to any file. `spelled` is how recordings of AWS that others published write it,
    with `n` for their number.
    """

    name: str
    pattern: str
    number: bool = False
    members: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    given: bool = False
    identity: bool = True
    secret: bool = False
    spelled: tuple[str, ...] = ()


_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_HARMLESS_IP = r"127\.|169\.254\.|0\.0\.0\.0|255\.255\.255\.255|192\.0\.2\.|198\.51\.100\.|203\.0\.113\."
_SIGNATURE = r"X-Amz-(?:Signature|Credential|Security-Token)|AWSAccessKeyId|Signature"
_OTHER_ENDS = r"[.,](?:\d{1,2}|\d{4,9})(?:Z|[+-]\d\d:?\d\d)?|[.,]\d{3}(?:[+-]\d\d:\d\d)?|[+-]\d\d:\d\d"
_BASE64 = r"[A-Za-z0-9/+]"

# What must never be written. Recognised wherever it stands, whatever the target was.
_SECRETS = (
    TokenKind(
        name="presigned-url",
        pattern=r"https?://\S+",
        members=("Location",),
        found=(rf"(?P<value>https?://[^\s\"'<>]+[?&](?:{_SIGNATURE})=[^\s\"'<>]*)",),
        identity=False,
        secret=True,
        spelled=("<location>", "<layer-location>"),
    ),
    TokenKind(
        name="access-key-id",
        pattern=r"(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|AIPA)[A-Z0-9]{16,17}",
        found=(r"(?<![A-Za-z0-9])(?P<value>(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|AIPA)[A-Z0-9]{16,17})(?![A-Za-z0-9])",),
        secret=True,
        spelled=("<aws-access-key-id:n>",),
    ),
    TokenKind(
        name="session-token",
        pattern=r"(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=%]{60,}",
        found=(r"(?P<value>(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=%]{60,})",),
        secret=True,
        spelled=("<aws-session-token:n>",),
    ),
    TokenKind(
        name="secret-key",
        pattern=rf"{_BASE64}{{40}}",
        found=(
            r"(?<![A-Za-z0-9/+=_.-])"
            rf"(?P<value>(?={_BASE64}{{0,39}}[A-Z])(?={_BASE64}{{0,39}}[a-z])(?={_BASE64}{{0,39}}\d){_BASE64}{{40}})"
            r"(?![A-Za-z0-9/+=_.-])",
        ),
        secret=True,
        spelled=("<aws-secret-access-key:n>",),
    ),
    TokenKind(
        name="e-mail",
        pattern=r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}",
        found=(r"(?<![\w.+-])(?P<value>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})",),
        secret=True,
    ),
    TokenKind(
        name="ip-address",
        pattern=rf"(?:{_OCTET}\.){{3}}{_OCTET}|[0-9a-f:]{{3,39}}",
        found=(
            rf"(?<![\w.:-])(?P<value>(?!{_HARMLESS_IP})(?:{_OCTET}\.){{3}}{_OCTET})(?![\w.-])",
            r"(?<![\w:.])(?P<value>(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|[23][0-9a-f]{3}(?::[0-9a-f]{1,4}){1,6}::[0-9a-f:]*)(?![\w:])",
        ),
        secret=True,
    ),
    TokenKind(
        name="other-account-id",
        pattern=r"\d{12}",
        found=(
            r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(?P<value>\d{12}):",
            r"(?<!\d)(?P<value>\d{12})\.dkr\.ecr\.",
        ),
        secret=True,
    ),
)

_UUIDS_OF_OTHERS = ("<uuid:n>", "<uuid>", "<request-id>", "<timeout_error_msg>")  # they do not tell the two apart

_IDENTITIES = (
    TokenKind(
        name="request-id",
        pattern=_UUID,
        members=("RequestId",),
        found=(rf"RequestId: (?P<value>{_UUID})",),
        spelled=_UUIDS_OF_OTHERS,
    ),
    TokenKind(
        name="uuid",
        pattern=_UUID,
        members=("RevisionId", "UUID"),
        found=(rf"(?<![\w-])(?P<value>{_UUID})(?![\w-])",),
        spelled=_UUIDS_OF_OTHERS,
    ),
    TokenKind(
        name="code-signing-config-id",
        pattern=r"csc-[0-9a-f]{17}",
        found=(r"(?<!\w)(?P<value>csc-[0-9a-f]{17})(?!\w)",),
    ),
    TokenKind(
        name="trace-id",
        pattern=r"1-[0-9a-f]{8}-[0-9a-f]{24}",
        found=(r"(?<!\w)(?P<value>1-[0-9a-f]{8}-[0-9a-f]{24})(?!\w)",),
        spelled=("<xray-trace-id:n>",),
    ),
    TokenKind(
        name="span-id",
        pattern=r"[0-9a-f]{16}",
        found=(r"(?:Parent=|SegmentId: )(?P<value>[0-9a-f]{16})(?!\w)",),
    ),
    TokenKind(
        name="lineage",
        pattern=r"[^;\"\s]+",
        found=(r"Lineage=(?P<value>[^;\"\s]+)",),
        identity=False,
    ),
    TokenKind(
        name="runtime-version",
        pattern=r"[0-9a-f]{64}",
        found=(r":runtime:(?P<value>[0-9a-f]{64})(?!\w)",),
        spelled=("<runtime-id>",),
    ),
    TokenKind(
        name="environment-id",  # the last part of a log stream's name
        pattern=r"[0-9a-f]{32}",
        found=(r"/[^\s/]*\[[^\]\s]+\](?P<value>[0-9a-f]{32})(?!\w)",),
    ),
    TokenKind(
        name="function-url",
        pattern=r"https?://[^\s/]+/",
        members=("FunctionUrl",),
        spelled=("<function-url>", "lambda-url"),
    ),
    TokenKind(name="marker", pattern=r"\S+", members=("NextMarker",)),
    # Code is deployed from archives that are the same bytes everywhere, so these two stay literal in our snapshots.
    TokenKind(
        name="code-sha256",
        pattern=r"[A-Za-z0-9+/]{43}=|[0-9a-f]{64}",
        spelled=("<code-sha256:n>", "<code-sha256>", "code-sha256", "<code-sha-256>", "<<code-sha-256>:n>"),
    ),
    TokenKind(name="code-size", pattern=r"\d+", number=True, identity=False, spelled=("<code-size>",)),
)


def _moment(name: str, pattern: str) -> TokenKind:
    """A time, in one of the forms that AWS writes. The form is part of the answer, so each one is a kind of its own."""
    found = rf"(?<!\d)(?P<value>{pattern})(?![\d:])"
    spelled = ("date", "datetime", "timestamp", "<datetime>", "<timestamp>")
    return TokenKind(name=name, pattern=pattern, found=(found,), identity=False, spelled=spelled)


_MEASURES = (
    _moment("timestamp", rf"{_DAY}T{_TIME}\.\d{{3}}\+0000"),
    _moment("timestamp-seconds", rf"{_DAY}T{_TIME}\+0000"),
    _moment("timestamp-z", rf"{_DAY}T{_TIME}\.\d{{3}}Z"),
    _moment("timestamp-seconds-z", rf"{_DAY}T{_TIME}Z"),
    _moment("timestamp-other", rf"{_DAY}[T ]{_TIME}(?:{_OTHER_ENDS})?"),
    TokenKind(
        name="epoch-seconds",
        pattern=r"[12]\d{9}(?:\.\d+)?",
        number=True,
        members=("LastModified", "StartingPositionTimestamp", "StartTimestamp", "EndTimestamp", "EventTimestamp"),
        identity=False,
        spelled=("date", "datetime", "timestamp", "<datetime>"),
    ),
    TokenKind(
        name="log-date",  # the first part of a log stream's name
        pattern=r"\d{4}/\d\d/\d\d",
        found=(r"(?<!\d)(?P<value>\d{4}/\d\d/\d\d)/[^\s/]*\[",),
        identity=False,
    ),
    TokenKind(
        name="billed-ms",
        pattern=r"\d+",
        found=(r"Billed (?:Restore )?Duration: (?P<value>\d+) ms", r'"billed(?:Restore)?DurationMs": ?(?P<value>\d+)'),
        identity=False,
        spelled=("<duration>",),
    ),
    TokenKind(
        name="duration-ms",
        pattern=r"\d+(?:\.\d{1,3})?",
        found=(
            r"Duration: (?P<value>\d+(?:\.\d+)?) ms",
            r'"(?:duration|initDuration|restoreDuration)Ms": ?(?P<value>\d+(?:\.\d+)?)',
        ),
        identity=False,
        spelled=("<duration>",),
    ),
    TokenKind(
        name="memory-mb",
        pattern=r"\d+",
        found=(r"Max Memory Used: (?P<value>\d+) MB", r'"maxMemoryUsedMB": ?(?P<value>\d+)'),
        identity=False,
        spelled=("<memory>",),
    ),
    TokenKind(
        name="runtime-release",
        pattern=r"\d+",
        found=(r"Runtime Version: \S+\.v(?P<value>\d+)(?!\w)",),
        identity=False,
        spelled=("<version>",),
    ),
    TokenKind(
        name="count",
        pattern=r"\d+",
        number=True,
        members=(  # of an account, whatever else runs in it
            "AccountUsage.FunctionCount",
            "AccountUsage.TotalCodeSize",
            "AccountLimit.ConcurrentExecutions",
            "AccountLimit.UnreservedConcurrentExecutions",
        ),
        identity=False,
    ),
)


def _given(name: str, pattern: str = r"[A-Za-z0-9_.-]+", *spelled: str) -> TokenKind:
    return TokenKind(name=name, pattern=pattern, given=True, spelled=spelled)


_GIVEN = (
    _given("prefix"),  # names that begin with it are written as the prefix and a literal rest
    _given("account-id", r"\d{12}", "111111111111"),
    _given("region", r"[a-z]{2}(?:-[a-z]+)+-\d", "<region>"),
    _given("partition", r"aws(?:-[a-z]+)*", "<partition>"),
    _given("function-name", r"[A-Za-z0-9_.-]+", "<function-name:n>", "<function-name>", "<fn-name>", "<input-fn-name>"),
    *(_given(f"{kind}-name") for kind in ("role", "layer", "queue", "topic", "bucket", "table", "stream")),
    *(_given(f"{kind}-arn", r"arn:\S+") for kind in ("role", "layer", "queue", "topic", "table", "stream")),
    *(_given(f"{kind}-url", r"https?://\S+") for kind in ("queue", "endpoint")),
)

KINDS: Mapping[str, TokenKind] = {kind.name: kind for kind in (*_SECRETS, *_IDENTITIES, *_MEASURES, *_GIVEN)}
"""All kinds by name, in the order in which they are looked for: where two overlap in a text, the first one wins."""

_BY_MEMBER: dict[str, tuple[TokenKind, ...]] = {}
for _kind in KINDS.values():
    for _member in _kind.members:
        _BY_MEMBER[_member] = (*_BY_MEMBER.get(_member, ()), _kind)


def kind_named(name: str) -> TokenKind:
    """The kind of that name. One that the table does not hold is a value that a run knows: a given name."""
    return KINDS.get(name) or _given(name)


def kind_of_member(path: tuple[str | int, ...], value: object) -> TokenKind | None:
    """The kind that the service model places at a member of an answer, where the value looks like one; else None.

    `path` is the way to the member in the body, with the indexes of lists: ("Versions", 0, "RevisionId").
    """
    names = [key for key in path if isinstance(key, str)]
    if not names:
        return None
    places = _BY_MEMBER.get(names[-1], ()) + (_BY_MEMBER.get(".".join(names[-2:]), ()) if len(names) > 1 else ())
    return next((kind for kind in places if looks_like(kind, value)), None)


def looks_like(kind: TokenKind, value: object) -> bool:
    """Whether a JSON value is of that kind by its form: a number where the kind is one, else a string."""
    if isinstance(value, str):
        return not kind.number and compiled(kind.pattern).fullmatch(value) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return kind.number and compiled(kind.pattern).fullmatch(repr(value)) is not None


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Python's own cache is too small for the patterns of a whole corpus."""
    return re.compile(pattern)
