"""Identifiers have AWS's forms, and are as new or as stable as they must be."""

import base64
import re
import uuid

import pytest

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


def test_an_access_key_bears_its_account_as_those_of_aws_do():
    key = ids.access_key("123456789012")
    number = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    assert re.fullmatch("ASIA[A-Z2-7]{16}", key)
    assert (number & 0x7FFFFFFFFF80) >> 7 == 123456789012
    assert ids.access_key("123456789012") != key


@pytest.mark.parametrize("account", ["000000000000", "000000000123", "123456789012", "999999999999"])
def test_the_account_of_a_key_that_we_gave_is_known(account):
    assert ids.account_of(ids.access_key(account)) == ids.account_of(account) == account


@pytest.mark.parametrize("key", ["test", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "1234567890123", ""])
def test_other_keys_name_no_account_though_they_may_bear_one(key):
    assert ids.account_of(key) is None
