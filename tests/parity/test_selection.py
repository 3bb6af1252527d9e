"""A command line means scenarios by id, folder, file, pattern or step."""

from pathlib import Path

import pytest

from parity.errors import ParityError
from tests.parity.scenario_folder import ALIAS, MINIMAL, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "scenarios")


@pytest.mark.parametrize(
    ("select", "ids"),
    [
        ([], ["alias/create-alias", "alias/list-aliases", "tag/tag-resource"]),
        (["alias"], ["alias/create-alias", "alias/list-aliases"]),
        (["alias/"], ["alias/create-alias", "alias/list-aliases"]),
        (["tag/tag-resource", "alias/list-aliases"], ["alias/list-aliases", "tag/tag-resource"]),
        (["alias/create-alias#get"], ["alias/create-alias"]),
        (["*/*alias*"], ["alias/create-alias", "alias/list-aliases"]),
        (["scenarios/tag/tag-resource.yaml"], ["tag/tag-resource"]),
        (["scenarios"], ["alias/create-alias", "alias/list-aliases", "tag/tag-resource"]),
    ],
)
def test_scenarios_are_selected(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, select: list[str], ids: list[str]
) -> None:
    for id_ in ("tag/tag-resource", "alias/create-alias", "alias/list-aliases"):
        folder.write(id_, MINIMAL)
    folder.write("alias/uses-code", ALIAS) if not select else None
    monkeypatch.chdir(folder.root.parent)
    assert [scenario.id for scenario in folder.load(*select) if scenario.id != "alias/uses-code"] == ids


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("alias/crate-alias", "no scenario is called `alias/crate-alias` (did you mean `alias/create-alias`?)"),
        ("alas", "no scenario is called `alas` (did you mean `alias`?)"),
        ("alias/create-alias#gte", "no step is called `gte` (did you mean `get`?)"),
    ],
)
def test_a_selection_that_means_nothing_is_an_error(folder: Folder, select: str, message: str) -> None:
    folder.write("alias/create-alias", MINIMAL)
    with pytest.raises(ParityError) as error:
        folder.load(select)
    assert error.value.message == message


def test_a_selection_is_not_troubled_by_what_is_broken_elsewhere(folder: Folder) -> None:
    folder.write("alias/create-alias", MINIMAL)
    folder.write("alias/broken", "title: [")
    assert len(folder.load("alias/create-alias")) == 1
