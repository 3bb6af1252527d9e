"""Identifiers have AWS's forms, and are as new or as stable as they must be."""

import re
import uuid

from emulator import ids


def test_uuids():
    for make in (ids.request_id, ids.revision_id):
        assert uuid.UUID(make()).version == 4
        assert make() != make()


def test_keys_and_tokens_are_never_repeated():
    assert len({ids.version_key() for _ in range(100)} | {ids.token() for _ in range(100)}) == 200


def test_a_stable_digest_depends_on_every_part():
    digest = ids.stable_digest("a", "bc")
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert digest == ids.stable_digest("a", "bc") != ids.stable_digest("ab", "c")
