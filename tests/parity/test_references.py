"""`${…}` in scenarios, and values that are described rather than written."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parity.references import UnresolvedReference, bind, escape, references_in, remember, resolve
from parity.scenario import ExpandedStep, Step

SCOPE: dict[str, Any] = {
    "function": {
        "name": "parity-1-function",
        "arn": "arn:aws:lambda:eu-west-1:000000000000:function:parity-1-function",
    },
    "prefix": "parity-1",
    "publish": {"Version": "1", "CodeSize": 12, "Layers": [{"Arn": "a"}], "headers": {"x-amzn-requestid": "r"}},
    "bad": {0: {"Message": "first"}, 2: {"Message": "third"}},
    "many": [{"Version": "1"}, {"Version": "2"}],
    "zip": {"echo-python": b"PK"},
    "each": None,
}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("${prefix}", "parity-1"),
        ("${prefix}-live", "parity-1-live"),
        ("${function.name}:${publish.Version}", "parity-1-function:1"),
        ("${publish.Layers[0].Arn}", "a"),
        ("${publish.headers.x-amzn-requestid}", "r"),
        ("${bad[2].Message}", "third"),
        ("${many[1].Version}", "2"),
        # Alone, a reference keeps the type of its value; in a text it becomes text.
        ("${publish.CodeSize}", 12),
        ("${publish.CodeSize} bytes", "12 bytes"),
        ("${publish.Layers}", [{"Arn": "a"}]),
        ("got ${publish.Layers}", 'got [{"Arn":"a"}]'),
        ("${each}", None),
        ("${zip.echo-python}", b"PK"),
        # A literal ${ is written $${; a dollar elsewhere is a dollar.
        ("$${prefix}", "${prefix}"),
        ("$${a} ${prefix}", "${a} parity-1"),
        ("$LATEST costs $5 {x}", "$LATEST costs $5 {x}"),
        ({"${prefix}-key": ["${publish.Version}", 1, None, True]}, {"parity-1-key": ["1", 1, None, True]}),
    ],
)
def test_references_are_replaced(written: Any, value: Any) -> None:
    assert resolve(written, SCOPE) == value


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("${nobody}", "`${nobody}` refers to nothing; there is no `nobody`"),
        (
            "${publish.Versoin}",
            "`${publish.Versoin}`: `publish` has no `Versoin`; it has Version, CodeSize, Layers, headers",
        ),
        ("${publish.Layers[3]}", "`${publish.Layers[3]}`: `publish.Layers` has no `3`; it is [{'Arn': 'a'}]"),
        ("${bad[1].Message}", "`${bad[1].Message}`: `bad` has no `1`; it has 0, 2"),
        ("${prefix[0]}", "`${prefix[0]}`: `prefix` has no `0`; it is 'parity-1'"),
        ("${prefix.x}", "`${prefix.x}`: `prefix` has no `x`; it is 'parity-1'"),
        ("${a b}", "`${a b}` is not a reference; expected the form `${root.Member[0].Member}`"),
        ("${}", "`${}` is not a reference; expected the form `${root.Member[0].Member}`"),
        ("${prefix", "`${prefix` is not closed; expected `}` (write `$${` for a literal `${`)"),
        ("a ${zip.echo-python}", "`${zip.echo-python}` is bytes, which cannot be inserted in a text"),
    ],
)
def test_what_meets_nothing_is_named(written: str, message: str) -> None:
    with pytest.raises(UnresolvedReference) as error:
        resolve(written, SCOPE)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"repeat": "ab", "times": 3}, "ababab"),
        ({"repeat": "${prefix}", "times": 2}, "parity-1parity-1"),
        ({"json": {"n": 1, "who": "${function.name}"}}, '{"n":1,"who":"parity-1-function"}'),
        ({"json": {"ZipFile": {"base64": "aGk="}}}, '{"ZipFile":"aGk="}'),
        ({"json": None}, "null"),
        ({"json": {"repeat": "a", "times": 2}}, '"aa"'),
        ({"base64": "aGk="}, b"hi"),
        # A mapping that has more than the keys of a form is just a mapping.
        ({"repeat": "a"}, {"repeat": "a"}),
        ({"json": 1, "more": 2}, {"json": 1, "more": 2}),
    ],
)
def test_value_forms_are_made(written: Any, value: Any) -> None:
    assert resolve(written, SCOPE) == value


def test_a_zip_form_is_an_archive_of_its_files() -> None:
    made = resolve({"zip": {"index.py": "name = '${prefix}'", "lib/data.bin": {"base64": "AAE="}}}, SCOPE)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "index.py": b"name = 'parity-1'",
            "lib/data.bin": b"\x00\x01",
        }


def test_bind_puts_variables_in_place_and_leaves_the_rest_as_written() -> None:
    variables = {"name": "${function.name}", "case": {"timeout": 3}, "long": {"repeat": "a", "times": 3}}
    written = {
        "A": "${name}:${publish.Version}",
        "B": "${case.timeout}",
        "C": "${long}",
        "D": "x-${long}",
        "E": "$${name}",
    }
    assert bind(written, variables) == {
        "A": "${function.name}:${publish.Version}",
        "B": 3,
        "C": {"repeat": "a", "times": 3},  # alone: kept as a form
        "D": "x-aaa",  # in a text: made at once
        "E": "$${name}",
    }


def test_bind_refuses_to_insert_what_is_not_known_yet_and_is_no_text() -> None:
    with pytest.raises(UnresolvedReference, match="holds references and more than text"):
        bind("x-${value}", {"value": {"json": "${publish.Version}"}})


def test_answers_are_remembered_under_their_step() -> None:
    scope: dict[str, Any] = {}
    publish = Step(id="publish", call="PublishVersion")
    many = Step(id="many", call="Invoke", parallel=2)
    remember(scope, ExpandedStep("publish", publish, 1), [{"Version": "1"}])
    remember(scope, ExpandedStep("many", many, 1), [{"StatusCode": 200}, {"StatusCode": 429}])
    remember(scope, ExpandedStep("each[0]", Step(id="each", call="Invoke"), 1, index=0), [{"StatusCode": 200}])
    remember(scope, ExpandedStep("each[1]", Step(id="each", call="Invoke"), 1, index=1), [{"StatusCode": 202}])
    remember(
        scope, ExpandedStep("both[0]", Step(id="both", call="Invoke", parallel=2), 1, index=0), [{"a": 1}, {"a": 2}]
    )
    written = ["${publish.Version}", "${many[1].StatusCode}", "${each[1].StatusCode}", "${both[0][1].a}"]
    assert resolve(written, scope) == ["1", 429, 202, 2]


_texts = st.text(alphabet="${}ab.-[]0", max_size=12)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(_texts)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert resolve(escape(text), {}) == text
    assert not any(references_in(escape(text)))


@given(_values)
def test_binding_no_variables_changes_nothing_that_resolves(value: Any) -> None:
    try:
        expected = resolve(value, SCOPE)
    except UnresolvedReference:
        return
    assert resolve(bind(value, {}), SCOPE) == expected


@given(_texts.filter(lambda text: not text.endswith("$")), _texts)
def test_a_bound_text_resolves_as_if_it_had_been_written_there(before: str, variable: str) -> None:
    assert resolve(bind(escape(before) + "${v}", {"v": escape(variable)}), {}) == before + variable


def test_a_dollar_cannot_be_bound_where_it_would_make_another_reference() -> None:
    with pytest.raises(UnresolvedReference, match="ends with \\$"):
        bind("${a}${b}", {"a": "$", "b": "{prefix}"})
