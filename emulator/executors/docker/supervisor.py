"""What runs in a container beside the function: a script for `sh`, and the lines that it is told.

The script is the container's first process, which nothing in there can kill. It reads lines from the pipe `commands`
and evaluates them, and writes to the pipe `events`, one line each:

    extension NAME              there is a file /opt/extensions/NAME that starts
    unusable NAME:FAULT         there is one that does not: the FAULT is what the kernel would say to it
    program FAULT               the same of the runtime's program; no FAULT if it starts
    ready                       commands may come; and the end of what some of them do
    started NUMBER PID          a program runs; PID as the container knows it
    ended NUMBER STATUS         a program has ended; STATUS as `wait` gives it, above 128 for a signal

Any other line is the shell's own: with `Killed`, or the like, it tells that a program ended by a signal, and not by an
exit status of the same number (`ended_by`). Known gap: where /bin/sh is dash, it tells of nothing that died within
moments of its start, so such a signal is taken for an exit status.

When the server is gone, `commands` ends, and the container with it.
"""

import shlex
import signal
from collections.abc import Mapping, Sequence

FOLDER = "/run/lambda-parity"  # where the container sees the pipes
KEPT = "/run/lambda-parity-kept"  # and the files of /tmp, while it is given up for another container
COMMANDS, EVENTS = "commands", "events"
LOG_DESCRIPTOR = 3  # of framed log records; they go the way of the output

# Shells have what runs beside them ignore SIGINT and SIGQUIT; where `env` can, it undoes that (coreutils 8.31).
# `begin NUMBER PIPE PROGRAM…` runs a program, and stays to tell of its end. `relieve` kills what has most memory of its
# own, as the kernel does. `look [PROGRAM]` tells what there is to start, and what the kernel would say to that.
_SCRIPT = """
if [ -n "$BASH_VERSION" ]; then set +o posix; fi  # to POSIX, bash says nothing of signals
unset HOME HOSTNAME
newline='
'
elf=$(printf '\\177ELF')
restored="$(command -v env) --default-signal=INT,QUIT"
if ! $restored true 2>/dev/null; then restored=; fi
exec 7<{folder}/{commands} 8>{folder}/{events}
begin() {{
  number=$1 pipe=$2
  shift 2
  $restored "$@" </dev/null >{folder}/$pipe 2>&1 {log}>&1 7<&- 8>&- &
  process=$!
  exec 2>&8
  echo "started $number $process" >&8
  wait $process
  echo "ended $number $?" >&8
}}
relieve() {{
  most=0 largest=
  for file in /proc/[0-9]*/statm; do
    process=${{file#/proc/}} process=${{process%/statm}}
    if [ $process = 1 ] || ! read -r _ resident shared _ <$file; then continue; fi
    if [ $((resident - shared)) -gt $most ]; then most=$((resident - shared)) largest=$process; fi
  done 2>/dev/null
  if [ -n "$largest" ]; then kill -9 $largest; fi
}}
find_fault() {{
  fault=
  if ! [ -e "$1" ]; then fault='no such file or directory'; return; fi
  if [ -d "$1" ] || ! [ -x "$1" ]; then fault='permission denied'; return; fi
  if ! [ -r "$1" ]; then return; fi
  head=
  IFS= read -r head <"$1"
  case $head in
  "$elf"*) ;;
  '#!'*)
    set -f
    set -- ${{head#??}}
    set +f
    if ! [ -e "$1" ]; then fault='no such file or directory'; fi
    ;;
  *) fault='exec format error' ;;
  esac
}}
find_program() {{
  fault=
  case $1 in
  */*) find_fault "$1" ;;
  *) if ! command -v "$1" >/dev/null; then fault='executable file not found in $PATH'; fi ;;
  esac
}}
look() {{
  for file in /opt/extensions/*; do
    if [ -d "$file" ] || ! [ -e "$file" ]; then continue; fi
    find_fault "$file"
    if [ -n "$fault" ]; then echo "unusable ${{file##*/}}:$fault" >&8; else echo "extension ${{file##*/}}" >&8; fi
  done
  if [ $# -gt 0 ]; then
    find_program "$1"
    echo "program $fault" >&8
  fi
  echo ready >&8
}}
look "$@"
while read -r line <&7; do eval "$line"; done
"""

KILL = "kill -9 -1; wait"
"""Kills all that runs but the script itself. What is told next finds none of it."""

KEEP = f"cp -a /tmp/. {KEPT}/ 2>/dev/null; echo ready >&8"
"""Copies what is in /tmp to where the next container of the environment finds it."""

TAKE = f"cp -a {KEPT}/. /tmp/ 2>/dev/null; rm -rf {KEPT}/* {KEPT}/.[!.]* {KEPT}/..?*; echo ready >&8"
"""Copies it back, in that container."""

RELIEVE = "relieve"
"""Kills the program that has most memory of its own."""

# Shells say nothing of these, and of no exit status.
_SILENT = (signal.SIGINT, signal.SIGPIPE, signal.SIGTERM)


def script(folder: str = FOLDER) -> str:
    """The script; its first argument is the runtime's program. `folder` is where it finds the pipes."""
    return _SCRIPT.format(folder=folder, commands=COMMANDS, events=EVENTS, log=LOG_DESCRIPTOR)


def start_line(number: int, pipe: str, folder: str, variables: Mapping[str, str], program: Sequence[str]) -> str:
    """The command that starts a program in `folder`; it is known by `number`, and what it writes goes to `pipe`."""
    exported = " ".join(f"{name}={_quoted(value)}" for name, value in variables.items())
    begin = f"begin {number} {pipe} {' '.join(map(_quoted, program))}"
    # Some shells export where they were before.
    export = f"export {exported}; " if exported else ""
    return f"( cd {_quoted(folder)}; unset OLDPWD; {export}{begin} ) &"


def signal_line(pid: int, number: int) -> str:
    """The command that sends one process the signal `number`."""
    return f"kill -{number} {pid}"


def look_line(program: Sequence[str]) -> str:
    """The command that looks again what there is to start; its answers end with `ready`."""
    return f"look {' '.join(map(_quoted, program[:1]))}"


def ended_by(wait_status: int, *, told_of_signal: bool) -> int:
    """The status as waitpid gives it, of one as `wait` of the shell gives it, and what the shell said beside it."""
    number = wait_status - 128
    if number > 0 and (told_of_signal or number in _SILENT):
        return number
    return wait_status << 8


def _quoted(text: str) -> str:
    """A word for the shell, on one line."""
    return shlex.quote(text).replace("\n", "'\"$newline\"'")
