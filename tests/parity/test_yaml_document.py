"""YAML is read as the JSON that it looks like, and every value knows its line."""

from pathlib import Path

import pytest

from parity.yaml_document import Document, read_document


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    read = read_document(path, "something")
    assert isinstance(read, Document), [str(problem) for problem in read]
    return read


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("text", "text"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("-2e3", -2000.0),
        ('"1"', "1"),
        ("!!str 1", "1"),
        # What YAML 1.1 makes something else of:
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("12:30:00", "12:30:00"),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("+1", "+1"),
        ("=", "="),
    ],
)
def test_plain_scalars_are_read_as_in_json(tmp_path: Path, written: str, value: object) -> None:
    read = document(tmp_path, f"key: {written}\n").value["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("key", ["no", "on", "yes", "off", "y"])
def test_a_key_that_yaml_11_takes_for_a_boolean_is_text(tmp_path: Path, key: str) -> None:
    assert document(tmp_path, f"{key}: 1\n").value == {key: 1}


def test_an_anchor_gives_its_value_again(tmp_path: Path) -> None:
    assert document(tmp_path, "a: &x {b: [1]}\nc: *x\n").value == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_bytes("a: 1\r\nb: |\r\n  two\r\n".encode("utf-8-sig"))
    read = read_document(path, "something")
    assert isinstance(read, Document)
    assert read.value == {"a": 1, "b": "two\n"}


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    read = document(tmp_path, "title: x\nsteps:\n  - id: a\n    with:\n      Name: n\n  - {id: b}\n")
    assert read.line() == 1
    assert read.line(("steps",)) == 2
    assert read.line(("steps", 0)) == 3
    assert read.line(("steps", 0, "with")) == 4
    assert read.line(("steps", 0, "with", "Name")) == 5
    assert read.line(("steps", 1, "id")) == 6
    # Where there is nothing, the nearest thing around it:
    assert read.line(("steps", 0, "with", "Nothing")) == 4
    assert read.line(("steps", 7)) == 2


def test_all_duplicate_keys_are_found_at_once(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("a: 1\na: 2\nb: {c: 1, c: 2}\n")
    problems = read_document(path, "something")
    assert isinstance(problems, list)
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, "duplicate key `a`; it stands on line 1 already"),
        (3, "duplicate key `c`; it stands on line 3 already"),
    ]


def test_a_file_that_cannot_be_read_is_a_problem_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    problems = read_document(tmp_path / "folder.yaml", "something")
    assert isinstance(problems, list)
    assert problems[0].message == "cannot be read: Is a directory"
