"""Properties of the comparison: of any answer, and of any one alteration of it."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from parity.comparison import compare, path_text
from tests.parity.seen_answers import (
    ACCOUNT,
    KNOWN,
    PREFIX,
    REGION,
    answer,
    recorded,
    run,
    scenario,
    seen,
    step,
    uuid,
)

volatile = st.one_of(
    st.builds(uuid, st.integers(1, 3)),
    st.just("2026-11-23T10:00:00.000+0000"),
    st.builds(lambda name: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}-{name}", st.sampled_from("ab")),
)
plain_text = st.text(alphabet="abX<>:1\\ ", max_size=6)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, -2.0]), plain_text, volatile
)
keys = st.one_of(
    st.sampled_from(["Message", "Version", "__x", "a.b", "Tags", f"{PREFIX}-k"]), st.text("abc", min_size=1, max_size=3)
)
bodies = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(keys, inner, max_size=4).filter(lambda d: len({k.casefold() for k in d}) == len(d)),
    ),
    max_leaves=12,
)


def places(value, path=()):
    """Every place in a value, as a way of keys and indexes."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def shown(path):
    from parity.alignment import At
    from parity.templates import Numbering, Vocabulary

    written = Numbering(Vocabulary(KNOWN))
    return path_text(("body", *(At(key) if isinstance(key, int) else written.text(key) for key in path)))


@settings(max_examples=150, deadline=None)
@given(bodies)
def test_an_answer_is_the_same_as_itself(body):
    of = scenario(step("get"), step("again"))
    observations = [seen("get", answer(body)), seen("again", answer(body))]
    assert compare(recorded(of, observations), run(*observations), of) == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_one_alteration_is_found_at_its_place(data):
    body = {
        "Members": data.draw(bodies),
        "List": data.draw(st.lists(st.integers(), min_size=3, max_size=5, unique=True)),
    }
    path = data.draw(st.sampled_from([way for way in places(body) if way]))
    parent, key = at(body, path[:-1]), path[-1]
    altered = copy.deepcopy(body)
    target = at(altered, path[:-1])
    match data.draw(st.sampled_from(["replace", "remove", "add", "rename", "reorder"])):
        case "replace":
            target[key] = data.draw(st.sampled_from(["another text", 4711, 0.25]))
            expected = shown(path)
        case "remove" if isinstance(parent, dict):
            del target[key]
            expected = shown(path)
        case "add" if isinstance(parent, dict):
            target["zzz"] = 1
            expected = shown((*path[:-1], "zzz"))
        case "rename" if isinstance(parent, dict) and key.swapcase() != key and PREFIX not in key:
            target[key.swapcase()] = target.pop(key)
            expected = shown(path)
        case _:
            altered["List"] = altered["List"][::-1]
            expected = "body.List"
    of = scenario(step("get"))
    found = compare(recorded(of, [seen("get", answer(body))]), run(seen("get", answer(altered))), of)
    assert [one.path for one in found] == [expected]
