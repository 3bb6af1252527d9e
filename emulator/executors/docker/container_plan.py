"""What a function's container is made from: its image, what it is shown, what it may use, and what runs in it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from docker.types import Mount, Ulimit

from emulator import quotas
from emulator.executors.docker import owner, supervisor
from emulator.executors.docker.engine import Image
from emulator.executors.docker.surroundings import Surroundings
from emulator.executors.executor import Places
from emulator.executors.program import Program, find_bootstrap
from emulator.executors.sandbox_view import GROUP, GROUP_FILE, PASSWD_FILE, USER
from emulator.resources.function import FunctionVersion

_PROCESSES = 1024  # and threads, in one environment [docs: gettingstarted-limits]
_TELEMETRY_HOST = "sandbox.localdomain"  # where extensions listen [docs: telemetry-api]

# What a container image may set for itself; everything else is Lambda's to say.
_IMAGES_OWN = frozenset({"LANG", "TZ", "PATH", "LD_LIBRARY_PATH"})


class Plan(NamedTuple):
    """The program of the runtime, and in which folder it runs. `memory` is in bytes.

    `own_variables` are those that the image sets, where they go before Lambda's. `options` are those of the SDK, all
    but what is each container's own (`options_of`). `shown` tells which folders these are: another one may come to lie
    at the same path. `give_up` says that they are no longer needed.
    """

    program: Program
    folder: str
    memory: int
    own_variables: frozenset[str]
    options: Mapping[str, Any]
    shown: list[tuple[str, int, int]]
    give_up: Callable[[], None] = lambda: None

    @property
    def is_current(self) -> bool:
        """Whether these folders still lie at their paths."""
        try:
            return self.shown == [_which(path) for path, _, _ in self.shown]
        except OSError:
            return False

    def options_of(self, name: str, folders: Mapping[str, str]) -> dict[str, Any]:
        """For one container, with its name, and with the engine's paths of its own folders by where it sees them."""
        own = [Mount(place, source, type="bind") for place, source in folders.items()]
        return {**self.options, "name": name, "mounts": [*self.options["mounts"], *own]}


def plan_of(
    version: FunctionVersion,
    image: Image,
    surroundings: Surroundings,
    unpacked: Sequence[str],
    identity: Mapping[str, str],
) -> Plan:
    """The plan for an environment of a version, whose code and layers are `unpacked`.

    `identity` are files that say who Lambda's user is (`write_identity`). Raises EmulatorError if the engine cannot see
    the folders, and OSError if they are gone.
    """
    places, memory = Places(), version.memory_size * quotas.MEGABYTE
    folder, own = places.task_root, frozenset[str]()
    if version.image is not None:
        config = version.image_config or {}
        start = (config.get("EntryPoint") or image.entry_point) + (config.get("Command") or image.command)
        refusal = None if start else "The image names no program to start, and ImageConfig neither."
        program = Program(tuple(start), refusal)
        folder = config.get("WorkingDirectory") or image.working_directory
        own = (_IMAGES_OWN & image.variables) - set(version.variables or {})
    elif (version.runtime or "").startswith("provided"):
        program = find_bootstrap(places, Path(unpacked[0]), Path(unpacked[1]) if version.layers else None)
    else:
        program = Program((f"{places.runtime_folder}/bootstrap",))
    shown = {**dict(zip((places.task_root, places.layers), unpacked, strict=False)), **identity}
    options = _options(version, image, surroundings, shown, program)
    return Plan(program, folder, memory, own, options, [_which(path) for path in unpacked])


def _which(path: str) -> tuple[str, int, int]:
    status = Path(path).stat()
    return path, status.st_dev, status.st_ino


def write_identity(folder: Path) -> dict[str, str]:
    """Files that give Lambda's user a name, by the paths at which functions see them."""
    files = {"/etc/passwd": (folder / "passwd", PASSWD_FILE), "/etc/group": (folder / "group", GROUP_FILE)}
    for path, text in files.values():
        path.write_text(text)
        path.chmod(0o644)
    return {place: str(path) for place, (path, _) in files.items()}


def _options(
    version: FunctionVersion,
    image: Image,
    surroundings: Surroundings,
    shown: Mapping[str, str],
    program: Program,
) -> dict[str, Any]:
    """What the SDK is told of a function's container: as little as possible, and nothing that AWS would not allow."""
    # What lies in /tmp counts as memory to the kernel; what programs may use beside it is watched (memory_watch.py).
    memory = (version.memory_size + version.ephemeral_storage) * quotas.MEGABYTE
    mounts = [Mount(place, surroundings.shown(source), type="bind", read_only=True) for place, source in shown.items()]
    return {
        "image": image.identifier,
        "entrypoint": ["/bin/sh", "-c", supervisor.script(), "sh"],
        "command": list(program.arguments[:1]),
        "labels": {**owner.own_labels(surroundings.container), owner.FUNCTION: version.name},
        "network_mode": surroundings.network,
        "hostname": _TELEMETRY_HOST,
        "user": f"{USER}:{GROUP}",
        "working_dir": "/",
        "mounts": mounts,
        "tmpfs": {Places().temporary: f"rw,exec,nosuid,nodev,mode=1777,size={version.ephemeral_storage}m"},
        "read_only": True,
        "ipc_mode": "none",  # no /dev/shm
        "mem_limit": memory,
        "memswap_limit": memory,
        "pids_limit": _PROCESSES,
        "ulimits": [Ulimit(name="nofile", soft=quotas.FILE_DESCRIPTORS, hard=quotas.FILE_DESCRIPTORS)],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "log_config": {"type": "none"},
        "auto_remove": True,
    }
