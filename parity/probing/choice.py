"""Which probes a command line means, and where they may be asked."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from parity.aws_guard import is_aws_host
from parity.errors import ParityError, did_you_mean
from parity.lambda_model import operation_names
from parity.probing.catalogue import all_probes, probes_of
from parity.probing.probe import Probe
from parity.probing.protocol import PROTOCOL


def chosen(select: Sequence[str], seed: int) -> list[Probe]:
    """The probes that `select` means, in their order; all of them where it is empty.

    Each entry is an operation, an operation and one of its members, the beginning of an id up to one of its slashes, a
    whole id, or a pattern. Raises ParityError where an entry means nothing.
    """
    if not select:
        return list(all_probes(seed))
    probes = _perhaps_meant(select, seed)
    ids: set[str] = set()
    for entry in select:
        met = {probe.id for probe in probes if _means(entry.rstrip("/"), probe.id)}
        if not met:
            raise ParityError(f"no probe is called `{entry}`{did_you_mean(entry, _names(probes))}")
        ids |= met
    return [probe for probe in probes if probe.id in ids]


def _perhaps_meant(select: Sequence[str], seed: int) -> list[Probe]:
    """The probes of the operations that are named; all of them where an entry is a pattern of operations."""
    groups = {entry: entry.partition("/")[0] for entry in select}
    known = [*operation_names(), PROTOCOL]
    for entry, group in groups.items():
        if group not in known and not set(group) & set("*?["):
            raise ParityError(f"no probe is called `{entry}`{did_you_mean(group, known)}")
    if set(groups.values()) <= set(operation_names()):
        return [probe for group in sorted(set(groups.values())) for probe in probes_of(group, seed)]
    return list(all_probes(seed))


def refuse_aws(endpoint_url: str | None) -> None:
    """Raises ParityError for a URL of AWS itself."""
    if endpoint_url and is_aws_host(urlsplit(endpoint_url).hostname):
        raise ParityError("AWS is not probed: a request that is valid creates what it asks for, and that costs money")


_ENDS = ("", "/", ".", "[", "{")  # what may follow a name in an id


def _means(entry: str, id_: str) -> bool:
    begins = id_.startswith(entry) and id_[len(entry) : len(entry) + 1] in _ENDS
    return begins or fnmatchcase(id_, entry)


def _names(probes: Sequence[Probe]) -> list[str]:
    """What an entry may have been meant to be: every beginning of every id."""
    names: dict[str, None] = {}
    for probe in probes:
        parts = probe.id.split("/")
        for end in range(1, min(len(parts), 4) + 1):
            names["/".join(parts[:end])] = None
    return list(names)
