"""Whose a container is: a server counts as dead only where that is certain."""

import json
import subprocess
import sys
import time

import pytest

from emulator.executors.docker.owner import CONTAINER, LABEL, Verdict, judge, own_labels

OWN = own_labels()
STARTED, PROCESSES, MACHINE = (f"lambda-parity.{name}" for name in ("started", "processes", "machine"))
MACHINE_ID, BOOT = "4f2a", "b007"
HERE = {**OWN, MACHINE: f"{MACHINE_ID}/{BOOT}"}
_PRINT_LABELS = "import json; from emulator.executors.docker.owner import own_labels; print(json.dumps(own_labels()))"
IN_A_CONTAINER = {LABEL: "1", STARTED: "17", PROCESSES: f"{BOOT}/pid:[77]", MACHINE: f"/{BOOT}", CONTAINER: "c1@noon"}


def judged(*running: str, **labels: str) -> Verdict:
    return judge({**HERE, **{_NAMES[name]: value for name, value in labels.items()}}, HERE, running.__contains__)


_NAMES = {"pid": LABEL, "started": STARTED, "processes": PROCESSES, "machine": MACHINE, "container": CONTAINER}


def test_this_process_lives():
    assert judged() is Verdict.ALIVE


def test_a_process_id_that_is_used_again_is_another_server():
    assert judged(started="1") is Verdict.DEAD


def test_a_process_that_has_ended_is_dead_also_while_its_parent_has_not_looked():
    process = subprocess.Popen(
        [sys.executable, "-c", _PRINT_LABELS],
        stdout=subprocess.PIPE,
        text=True,
    )
    labels = json.loads(process.stdout.read())
    process.stdout.close()
    try:
        while judge(labels, OWN, lambda _: False) is Verdict.ALIVE:  # it is on its way out
            time.sleep(0.01)
        assert judge(labels, OWN, lambda _: True) is Verdict.DEAD
    finally:
        process.wait(10)


@pytest.mark.parametrize(("running", "verdict"), [("c1@noon", Verdict.ALIVE), ("c1@one", Verdict.DEAD)])
def test_the_engine_knows_of_a_server_in_a_container(running: str, verdict: Verdict):
    assert judge(IN_A_CONTAINER, HERE, {running}.__contains__) is verdict
    assert (
        judge({**IN_A_CONTAINER, LABEL: HERE[LABEL], STARTED: HERE[STARTED]}, HERE, {running}.__contains__) is verdict
    )


def test_a_process_of_another_table_cannot_be_seen():
    assert judged(processes=f"{BOOT}/pid:[77]") is Verdict.UNKNOWN


def test_what_was_made_before_this_machine_was_started_anew_is_left_over():
    assert judged(processes="b006/pid:[1]", machine=f"{MACHINE_ID}/b006") is Verdict.DEAD


def test_of_another_machine_nothing_is_known():
    assert judged(processes="b006/pid:[1]", machine="99/b006") is Verdict.UNKNOWN
    assert judged(processes="b006/pid:[1]", machine="/b006") is Verdict.UNKNOWN


def test_labels_that_say_nothing_are_nobodys():
    assert judge({LABEL: "17"}, HERE, lambda _: False) is Verdict.UNKNOWN
