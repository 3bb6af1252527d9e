"""What runs in a container beside the function: a script for `sh`, and the lines that it is told.

The script is the container's first process, which nothing in there can kill. It reads lines from the pipe `commands`
and evaluates them, and writes to the pipe `events`, one line each:

    extension NAME        there is an executable file /opt/extensions/NAME
    unusable NAME         there is a file of that name that cannot be executed
    ready                 commands may come
    started NUMBER PID    a program runs; PID as the container knows it
    ended NUMBER STATUS   a program has ended; STATUS as `wait` gives it, above 128 for a signal

When the server is gone, `commands` ends, and the container with it.
"""

import shlex
from collections.abc import Mapping, Sequence

FOLDER = "/run/lambda-parity"  # where the container sees the pipes
COMMANDS, EVENTS = "commands", "events"
LOG_DESCRIPTOR = 3  # of framed log records; they go the way of the output

# `begin NUMBER PIPE PROGRAM…` runs a program, and stays to tell of its end.
SCRIPT = f"""
unset HOME HOSTNAME
newline='
'
exec 7<{FOLDER}/{COMMANDS} 8>{FOLDER}/{EVENTS}
begin() {{
  number=$1 pipe=$2
  shift 2
  "$@" </dev/null >{FOLDER}/$pipe 2>&1 {LOG_DESCRIPTOR}>&1 7<&- 8>&- &
  echo "started $number $!" >&8
  wait $!
  echo "ended $number $?" >&8
}}
for file in /opt/extensions/*; do
  if [ -d "$file" ] || ! [ -e "$file" ]; then continue; fi
  if [ -x "$file" ]; then echo "extension ${{file##*/}}" >&8; else echo "unusable ${{file##*/}}" >&8; fi
done
echo ready >&8
while read -r line <&7; do eval "$line"; done
"""

KILL = "kill -9 -1; wait"
"""Kills all that runs but the script itself. What is told next finds none of it."""


def start_line(number: int, pipe: str, folder: str, variables: Mapping[str, str], program: Sequence[str]) -> str:
    """The command that starts a program in `folder`; it is known by `number`, and what it writes goes to `pipe`."""
    exported = " ".join(f"{name}={_quoted(value)}" for name, value in variables.items())
    begin = f"begin {number} {pipe} {' '.join(map(_quoted, program))}"
    # Some shells export where they were before.
    return f"( cd {_quoted(folder)}; unset OLDPWD; export {exported}; {begin} ) &"


def signal_line(pid: int, number: int) -> str:
    """The command that sends one process the signal `number`."""
    return f"kill -{number} {pid}"


def status_of(wait_status: int) -> int:
    """The status as waitpid gives it, of one as `wait` of the shell gives it."""
    return wait_status - 128 if wait_status > 128 else wait_status << 8


def _quoted(text: str) -> str:
    """A word for the shell, on one line."""
    return shlex.quote(text).replace("\n", "'\"$newline\"'")
