"""The life of a version is a table; what it does not name is refused."""

import pytest

from emulator.resources.condition import MEMBERS, TRANSITIONS, Condition, Event, TransitionError, after


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("event", Event)
def test_every_pair(condition, event):
    following = TRANSITIONS[condition].get(event)
    if following is None:
        with pytest.raises(TransitionError, match=f"{event.name} cannot happen to a version that is {condition.name}"):
            after(condition, event)
    else:
        assert after(condition, event) is following


def test_every_condition_has_its_members():
    assert MEMBERS.keys() == set(Condition)
    assert {members["State"] for members in MEMBERS.values()} == {"Pending", "Active"}
