"""The list of known differences is strict: it excuses what it names, and nothing may stay on it that is gone."""

import pytest

from parity.comparison import Difference
from parity.errors import ParityError
from parity.known_differences import KnownDifferences, load

ENTRY = """
[[difference]]
step = "alias/create-alias#create-again"
path = "body.Message"
reason = "the sentence names the alias without its version"
"""


def listed(tmp_path, content):
    (tmp_path / "known.toml").write_text(content)
    return load(tmp_path / "known.toml")


def difference(step="alias/create-alias#create-again", path="body.Message"):
    return Difference(step, path, "a", "b", "published")


def test_an_entry_excuses_the_difference_at_its_path_alone(tmp_path):
    known = listed(tmp_path, ENTRY)
    entry = known.excusing(difference())
    assert entry is not None
    assert entry.reason == "the sentence names the alias without its version"
    assert known.excusing(difference(path="body.message")) is None
    assert known.excusing(difference(path="body")) is None
    assert known.excusing(difference(step="alias/create-alias#create")) is None


def test_an_entry_whose_difference_is_gone_is_found(tmp_path):
    known = listed(tmp_path, ENTRY)
    step = "alias/create-alias#create-again"
    assert known.gone([difference()], [step]) == []
    assert known.gone([difference(path="status")], [step]) == list(known.entries)


def test_an_entry_about_a_step_that_was_not_compared_may_stay(tmp_path):
    assert listed(tmp_path, ENTRY).gone([], ["alias/create-alias#create"]) == []


def test_an_entry_about_a_step_that_does_not_exist_is_found(tmp_path):
    known = listed(tmp_path, ENTRY)
    assert known.about_nothing(["alias/create-alias#create"]) == list(known.entries)
    assert known.about_nothing(["alias/create-alias#create-again"]) == []


def test_no_list_and_an_empty_list_excuse_nothing(tmp_path):
    assert load(None) == listed(tmp_path, "") == KnownDifferences()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[difference]", r"known\.toml: "),
        ("[[differences]]", "unknown field `differences`"),
        ('[[difference]]\nstep = "a#b"', "missing required field `path`"),
        (ENTRY + "until = 1", "unknown field `until`"),
        (
            ENTRY.replace("#", "."),
            "entry 1: `alias/create-alias.create-again` is no step; expected the form scenario#step",
        ),
        (ENTRY.replace("the sentence names the alias without its version", " "), "needs a path and a reason"),
        (ENTRY + ENTRY, "entry 2 lists alias/create-alias#create-again body.Message a second time"),
    ],
)
def test_a_broken_list_is_one_line(tmp_path, content, message):
    with pytest.raises(ParityError, match=message) as error:
        listed(tmp_path, content)
    assert error.value.exit_code == 2
    assert "\n" not in error.value.message


def test_a_list_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ParityError, match="there is no such file"):
        load(tmp_path / "nothing.toml")
