import subprocess
import threading
import time

COUNTING = "while :; do echo; sleep 0.01; done"

counts = {"thread": 0, "child": 0}
at_the_end = {}


def count():
    while True:
        counts["thread"] += 1
        time.sleep(0.01)


def listen(child):
    for _ in child.stdout:
        counts["child"] += 1


def start():
    child = subprocess.Popen(["/bin/sh", "-c", COUNTING], stdout=subprocess.PIPE)
    threading.Thread(target=count, daemon=True).start()
    threading.Thread(target=listen, args=(child,), daemon=True).start()


def moves(name):
    """Whether a count grows while the function runs."""
    before, until = counts[name], time.monotonic() + 5
    while counts[name] == before and time.monotonic() < until:
        time.sleep(0.01)
    return counts[name] > before


def handler(event, context):
    idle = {name: counts[name] - at_the_end[name] for name in at_the_end}
    if not at_the_end:
        start()
    answer = {"goes on in an invocation": [moves(name) for name in counts]}
    if idle:
        # Freezing lags behind the answer, so a few steps are fine; all of them would be a hundred for each second.
        answer["stood still between"] = [steps < 60 for steps in idle.values()]
    at_the_end.update(counts)
    return answer
