"""Which files a sandboxed function sees: the steps that the spawner builds its file tree from.

What AWS shows stands where AWS shows it. Of the host there is only what programs need to run, read-only: its /usr
with the libraries, name resolution, certificates, and a few harmless devices. Home folders, other temporary files and
the emulator's own packages are out of sight.
"""

from pathlib import Path
from typing import Any

from emulator.executors.executor import Places
from emulator.executors.interpreters import SHOWN, Interpreter, package_folder
from emulator.executors.node_interpreters import NodeInterpreter, node_view

USER, GROUP = 993, 990
USER_NAME = "sbx_user1051"  # [rec: test_runtime_introspection_x86, 2025-11-24]

Step = list[Any]

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SETTINGS = (
    "resolv.conf", "nsswitch.conf", "gai.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
    "mime.types", "services", "protocols", "ssl", "pki", "ca-certificates", "ca-certificates.conf", "crypto-policies",
    "alternatives",
)  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DESCRIPTORS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
PASSWD_FILE = f"root:x:0:0:root:/root:/bin/bash\n{USER_NAME}:x:{USER}:{GROUP}::/home/{USER_NAME}:/sbin/nologin\n"
GROUP_FILE = f"root:x:0:\n{USER_NAME}:x:{GROUP}:\n"
_OWN_HOSTS = "127.0.0.1 sandbox.localdomain sandbox\n"  # where extensions listen for telemetry [docs: telemetry-api]
_ENTRY_POINT = "#!/bin/sh\n# Managed runtimes have this file; Lambda does not start them through it.\n"


def sandbox_view(
    places: Places, code: Path, layers: Path | None, temporary: Path, interpreter: Interpreter | None, *, empty: Path
) -> list[Step]:
    """The steps for a function that is unpacked at `code` and whose /tmp is kept at `temporary`.

    `layers` is where its layers are unpacked, if it has any. `interpreter` is None for a function that brings its own
    runtime; `empty` is an empty folder, shown where there is something to hide.
    """
    steps: list[Step] = [*_host(), *_identity(), *_devices()]
    if interpreter is not None:
        if isinstance(interpreter, NodeInterpreter):
            steps += node_view(places, interpreter)
        else:
            steps += _python(places, interpreter, empty)
        steps.append(["file", "/lambda-entrypoint.sh", _ENTRY_POINT, 0o755])
    else:
        steps.append(["folder", places.runtime_folder])
    steps.append(["show", places.task_root, str(code)])
    steps.append(["folder", places.layers] if layers is None else ["show", places.layers, str(layers)])
    steps.append(["lend", places.temporary, str(temporary)])
    return steps


def _host() -> list[Step]:
    steps: list[Step] = [["show", "/usr", "/usr"]]
    for name in _SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            steps.append(["link", f"/{name}", str(path.readlink())])
        elif path.is_dir():
            steps.append(["show", f"/{name}", f"/{name}"])
    for name in _SETTINGS:
        path = Path("/etc", name)
        if path.exists():
            steps.append(["show", f"/etc/{name}", str(path.resolve())])
    steps.append(["file", "/etc/hosts", _hosts()])
    shell, bash = Path("/bin/sh").resolve(), Path("/bin/bash").resolve()
    if shell != bash and bash.is_file() and shell.is_relative_to("/usr"):
        steps.append(["show", str(shell), str(bash)])  # Amazon Linux's /bin/sh, in which its users write bootstraps
    if Path("/nix/store").is_dir():  # there, programs and libraries are nowhere else
        steps.append(["show", "/nix/store", "/nix/store"])
    return steps


def _hosts() -> str:
    """The host's table of names, and the names that an environment has for itself."""
    try:
        table = Path("/etc/hosts").read_text(errors="replace")
    except OSError:
        table = ""
    return f"{table.rstrip()}\n{_OWN_HOSTS}"


def _identity() -> list[Step]:
    return [["file", "/etc/passwd", PASSWD_FILE], ["file", "/etc/group", GROUP_FILE]]


def _devices() -> list[Step]:
    devices: list[Step] = [["device", f"/dev/{name}", f"/dev/{name}"] for name in _DEVICES]
    return [*devices, *(["link", f"/dev/{name}", f"/proc/self/fd{end}"] for name, end in _DESCRIPTORS.items())]


def _python(places: Places, interpreter: Interpreter, empty: Path) -> list[Step]:
    steps: list[Step] = [["show", places.language_root, interpreter.prefix]]
    inside = [Path(folder) for folder in interpreter.packages if Path(folder).is_relative_to(interpreter.prefix)]
    hidden = [f"{places.language_root}/{folder.relative_to(interpreter.prefix)}" for folder in inside]
    steps += [["show", folder, str(empty)] for folder in hidden]
    steps.append(["show", places.runtime_folder, interpreter.runtime_folder])
    for name in SHOWN:
        source = package_folder(name)
        if source is not None:
            steps.append(["show", f"{places.runtime_folder}/{name}", str(source)])
    return steps
