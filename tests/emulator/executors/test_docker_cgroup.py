"""Control groups of both versions, as files of a folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.executors.docker.cgroup import ControlGroups

IDENTIFIER = "0123456789abcdef" * 4
PID = 4711


def first(root: Path, processes: Path) -> Path:
    """The first version, with a folder for each controller. Returns the file that freezes."""
    path = f"/docker/{IDENTIFIER}"
    (processes / "cgroup").write_text(f"9:memory:{path}\n4:freezer:{path}\n0::/\n")
    memory, freezer = (root / name / path[1:] for name in ("memory", "freezer"))
    for folder in (memory, freezer):
        folder.mkdir(parents=True)
    (memory / "memory.stat").write_text("rss 1\ntotal_rss 5000\ntotal_shmem 3000\n")
    (memory / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    (freezer / "freezer.state").write_text("THAWED\n")
    return freezer / "freezer.state"


def second(root: Path, processes: Path) -> Path:
    """The second version, with one folder. Returns the file that freezes."""
    path = f"/system.slice/docker-{IDENTIFIER}.scope"
    (processes / "cgroup").write_text(f"0::{path}\n")
    folder = root / path[1:]
    folder.mkdir(parents=True)
    (folder / "memory.stat").write_text("anon 5000\nfile 8000\nshmem 3000\n")
    (folder / "memory.events").write_text("oom 3\noom_kill 2\n")
    (folder / "cgroup.freeze").write_text("0\n")
    return folder / "cgroup.freeze"


Make = Callable[[Path, Path], Path]
WORDS = {first: ("FROZEN", "THAWED"), second: ("1", "0")}


def groups_of(tmp_path: Path, make: Make, identifier: str = IDENTIFIER) -> tuple[ControlGroups, Path]:
    root, processes = tmp_path / "cgroup", tmp_path / "proc"
    (processes / str(PID)).mkdir(parents=True)
    root.mkdir()
    freezer = make(root, processes / str(PID))
    return ControlGroups(identifier, PID, root=root, processes=processes), freezer


@pytest.mark.parametrize("make", [first, second])
def test_what_programs_use_counts_and_what_may_lie_in_tmp_does_not(tmp_path: Path, make: Make):
    groups, _ = groups_of(tmp_path, make)
    assert groups.counts_memory
    assert groups.memory_used() == 5000
    assert groups.kills() == 2
    groups.close()
    assert groups.memory_used() == 0


@pytest.mark.parametrize("make", [first, second])
def test_a_group_is_frozen_and_thawed_in_its_own_words(tmp_path: Path, make: Make):
    groups, freezer = groups_of(tmp_path, make)
    assert groups.can_freeze
    for frozen, word in zip((True, False), WORDS[make], strict=True):
        groups.freeze(frozen=frozen)
        assert freezer.read_text() == word


@pytest.mark.parametrize("make", [first, second])
def test_a_process_id_that_is_someone_elses_is_not_taken(tmp_path: Path, make: Make):
    groups, _ = groups_of(tmp_path, make, identifier="fedcba9876543210" * 4)
    assert not groups.counts_memory
    assert not groups.can_freeze
    assert groups.memory_used() == groups.kills() == 0


@pytest.mark.parametrize(("pending", "killed"), [("0000000000000100", True), ("0000000000004000", False)])
def test_who_is_being_killed_is_seen(tmp_path: Path, pending: str, killed: bool):
    groups, _ = groups_of(tmp_path, first)
    (tmp_path / "proc" / str(PID) / "status").write_text(f"Name:\tsh\nSigPnd:\t0000000000000000\nShdPnd:\t{pending}\n")
    assert groups.is_being_killed == killed
