import os
import subprocess
import sys

GROW = "kept = []\nfor _ in range(int(__import__('sys').argv[1])): kept.append(bytearray(2**20))\n"
MARK = "/tmp/mark"

invocations = 0


def handler(event, context):
    global invocations
    invocations += 1
    if "own" in event:
        open(MARK, "w").close()
        kept = [bytearray(2**20) for _ in range(event["own"])]
        return {"megabytes": len(kept)}
    if "child" in event:
        child = subprocess.run([sys.executable, "-c", GROW, str(event["child"])], check=False)
        return {"status of the child": child.returncode, "invocations": invocations}
    return {"invocations": invocations, "mark": os.path.exists(MARK)}
