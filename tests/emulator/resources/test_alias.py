"""An alias chooses by weight."""

import pytest

from emulator.resources.alias import Alias


def alias(**weights):
    shares = {name.lstrip("v"): share for name, share in weights.items()}
    return Alias("1" * 12, "us-east-1", "fn", "live", "1", weights=shares)


@pytest.mark.parametrize(
    ("number", "version"), [(0.0, "2"), (0.2499, "2"), (0.25, "3"), (0.7499, "3"), (0.75, "1"), (0.9999, "1")]
)
def test_each_version_has_its_share(number, version):
    assert alias(v2=0.25, v3=0.5).choose(number) == version


def test_extremes():
    assert {alias(v2=1.0).choose() for _ in range(50)} == {"2"}
    assert {alias(v2=0.0).choose() for _ in range(50)} == {"1"}
    assert alias().choose() == "1"


def test_it_refers_to_all_of_them():
    assert alias(v2=0.5).versions() == ["1", "2"]
