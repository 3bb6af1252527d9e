"""Images for tests, to the contract of AWS's own base images, built without any registry.

The system is Debian's packages, the content as it stands: no script of a package is run, so a build takes seconds and
no rights. The clients of the Runtime API are AWS's awslambdaric, with AWS's SDK for Python, and for Node.js, where
AWS's client has to be compiled, the one that the process executor uses. What all base images share is one layer.

The engine keeps images between runs; they are built again when what they are made of has changed.

    python -m tests.docker.images       builds what is missing, and prints the image map

With PARITY_DOCKER_TEST_IMAGES=aws nothing is built, and tests run on AWS's own images.
"""

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker

from emulator.executors import nodejs_runtime, python_runtime
from emulator.executors.interpreters import SHOWN, package_folder
from emulator.executors.node_interpreters import fill_runtime_folder
from tests.docker.base_images import debian
from tests.docker.base_images.layer import Layer
from tests.docker.base_images.store import LABEL, LayerFile, label_of, load, locked, remove_nameless

OF_AWS = os.environ.get("PARITY_DOCKER_TEST_IMAGES") == "aws"
_FROM = "public.ecr.aws/lambda" if OF_AWS else "parity-test"
_NODE = (shutil.which("node") and subprocess.check_output(["node", "--version"], text=True).strip()) or ""
NODE_MAJOR = "20" if OF_AWS else _NODE.removeprefix("v").partition(".")[0]  # empty where this machine has none
PYTHON, NODE, PROVIDED = f"{_FROM}/python:3.11", f"{_FROM}/nodejs:{NODE_MAJOR}", f"{_FROM}/provided:al2023"

BASE = "parity-test/python-base:3.11"  # like the public python:3.11-slim: nothing of Lambda

_SYSTEM = ("base-files", "bash", "coreutils", "curl", "grep", "libstdc++6", "sed", "tzdata")
_PYTHON = ("python3.11",)
_PYTHON_BASE = ("ca-certificates", "python3.11-venv")
_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

_CONFIG: Mapping[str, Any] = {  # [github: aws/aws-lambda-base-images, Dockerfile.python3.13]
    "Env": [
        "LANG=en_US.UTF-8",
        "TZ=:/etc/localtime",
        "PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        "LAMBDA_TASK_ROOT=/var/task",
        "LAMBDA_RUNTIME_DIR=/var/runtime",
    ],
    "WorkingDir": "/var/task",
    "Entrypoint": ["/lambda-entrypoint.sh"],
}

_BASE_CONFIG = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": ["python3"]}

# The function's handler is the command of an image [docs: images-create, python-image]. AWS's script starts the RIE
# where there is no Runtime API; this one says that it has none.
_ENTRY_POINT = """#!/bin/sh
if [ $# -ne 1 ]; then echo "entrypoint requires the handler name to be the first argument" 1>&2; exit 142; fi
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then echo "this image of tests has no Runtime Interface Emulator" 1>&2; exit 1; fi
export _HANDLER="$1"
exec /var/runtime/bootstrap
"""
_BOOTSTRAP = """#!/bin/sh
{prepare}
set -- {program}
if [ -n "$AWS_LAMBDA_EXEC_WRAPPER" ]; then set -- "$AWS_LAMBDA_EXEC_WRAPPER" "$@"; fi
exec "$@"
"""
_NODE_PATHS = (
    "/opt/nodejs/node{major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
)

# As AWS's script does, unless the function has set it itself [log: execArgv].
_NODE_MEMORY = """memory=$AWS_LAMBDA_FUNCTION_MEMORY_SIZE options=
case $NODE_OPTIONS in
*max?semi?space?size* | *max?old?space?size*) ;;
*) options="--max-semi-space-size=$((memory / 20)) --max-old-space-size=$((memory * 9 / 10))" ;;
esac"""
_REQUIRE, _DETECT = "experimental-require-module", "experimental-detect-module"
_SWITCHED_OFF = {"18": (_REQUIRE, _DETECT), "20": (_REQUIRE,), "22": (_REQUIRE, _DETECT)}  # [docs: lambda-nodejs]


def ensure_images() -> None:
    """Builds the images of runtimes that the engine has not, or has from another state of what they are made of."""
    if not OF_AWS:
        _ensure([PROVIDED, PYTHON, *([NODE] if NODE_MAJOR else [])])


def ensure_base() -> None:
    """Builds BASE, likewise."""
    _ensure([BASE])


def _ensure(names: Sequence[str]) -> None:
    with locked("test-images"):
        client = docker.from_env()
        try:
            _ensure_in(client, names)
            remove_nameless(client)
        finally:
            client.close()


def exact_images() -> dict[str, str]:
    """The images by runtime, each for the version of the language that it really has; none to take AWS's own."""
    if OF_AWS:
        return {}
    images = {"python3.11": PYTHON, "provided.al2023": PROVIDED, "provided.al2": PROVIDED}
    return {**images, f"nodejs{NODE_MAJOR}.x": NODE} if NODE_MAJOR else images


def stand_in_images() -> dict[str, str]:
    """The images for every runtime of their languages: the versions are not told apart."""
    if OF_AWS:
        return {}
    python = {f"python3.{minor}": PYTHON for minor in range(9, 15)}
    node = {f"nodejs{major}.x": NODE for major in range(16, 26, 2)} if NODE_MAJOR else {}
    return {**python, **node, **exact_images()}


def as_option(images: Mapping[str, str]) -> tuple[str, ...]:
    """The images as an option of `parity serve`."""
    text = ",".join(f"{runtime}={image}" for runtime, image in images.items())
    return ("--image-map", text) if text else ()


def _ensure_in(client: docker.DockerClient, names: Sequence[str]) -> None:
    made_from = _made_from()
    missing = [name for name in names if label_of(client, name) != made_from]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        system = _layer(Path(folder), "system", _add_system)
        for name in missing:
            own = [_layer(Path(folder), name.replace("/", "-"), add) for add in _OWN_LAYER.get(name, ())]
            config = {**(_BASE_CONFIG if name == BASE else _CONFIG), "Labels": {LABEL: made_from}}
            load(client, name, [system, *own], config, _ARCHITECTURES[os.uname().machine])


def _made_from() -> str:
    """A digest of all that the images are made of."""
    own = [Path(__file__), *Path(__file__).with_name("base_images").glob("*.py")]
    for package in (python_runtime, nodejs_runtime):
        own += sorted(Path(package.__path__[0]).glob("*.*"))
    versions = [importlib.metadata.version(name) for name in (*_CLIENT, "boto3")]
    stated = [debian.state_of_archive(), _NODE, *versions]
    parts = [*(file.read_bytes() for file in sorted(own)), *(text.encode() for text in stated)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _layer(folder: Path, name: str, add: Callable[[Layer, Path], None]) -> LayerFile:
    layer = Layer(folder / f"{name}.tar", compiled=sys.version_info[:2] == (3, 11))
    add(layer, folder)
    return LayerFile(layer.file, layer.close())


def _add_system(layer: Layer, folder: Path) -> None:
    layer.add_system_folders()
    for name in ("var/task", "var/runtime", "var/lang", "opt"):
        layer.add_folder(name)
    layer.add_file("lambda-entrypoint.sh", _ENTRY_POINT.encode())
    layer.add_file("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n", 0o644)
    layer.add_file("etc/group", b"root:x:0:\n", 0o644)
    for package in debian.download(debian.with_dependencies(_SYSTEM), folder / "packages"):
        layer.add_package(package)


def _add_python(layer: Layer, folder: Path) -> None:
    """Python lies where AWS has it, so that functions see the same search path."""
    names = sorted({*debian.with_dependencies(_PYTHON)} - {*debian.with_dependencies(_SYSTEM)})
    for package in debian.download(names, folder / "packages"):
        layer.add_package(package, _below_language_root)
    client = folder / "client"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
    pip += ["--python-version=3.11", "--only-binary=:all:", "--target", str(client)]
    debian.output_of([*pip, *(f"{name}=={importlib.metadata.version(name)}" for name in _CLIENT)])
    layer.add_tree("var/runtime", client)
    for name in (*SHOWN, "six"):
        _add_package_of_ours(layer, name)
    layer.add_file("var/runtime/bootstrap.py", Path(python_runtime.__path__[0], "bootstrap.py").read_bytes())
    layer.add_file("var/runtime/bootstrap", _bootstrap(["/var/lang/bin/python3.11", "/var/runtime/bootstrap.py"]))
    layer.add_link("var/lang/bin/python3", "python3.11")


def _add_package_of_ours(layer: Layer, name: str) -> None:
    source = package_folder(name)
    if source is not None and source.is_dir():
        layer.add_tree(f"var/runtime/{name}", source)
    elif source is not None:
        layer.add_file(f"var/runtime/{source.name}", source.read_bytes(), 0o644)


def _add_node(layer: Layer, folder: Path) -> None:
    """The Node.js of this machine, with the libraries that it needs, and the project's client."""
    program = Path(shutil.which("node") or "").resolve()
    layer.add_file("var/lang/bin/node", program.read_bytes())
    for library in re.findall(r"=> (/\S+)", subprocess.check_output(["ldd", program], text=True)):
        if not any(Path(library).name.startswith(part) for part in _PARTS_OF_LIBC):
            layer.add_file(f"var/lang/lib/{Path(library).name}", Path(library).read_bytes())
    fill_runtime_folder(folder / "node")
    layer.add_tree("var/runtime", folder / "node")
    paths = _NODE_PATHS.format(major=NODE_MAJOR)
    prepare = f'if [ -z "$NODE_PATH" ]; then export NODE_PATH="{paths}"; fi\n{_NODE_MEMORY}'
    for option in _SWITCHED_OFF.get(NODE_MAJOR, ()):
        if subprocess.run([program, f"--no-{option}", "-e", "0"], check=False, capture_output=True).returncode == 0:
            prepare += f'\ncase $NODE_OPTIONS in *{option}*) ;; *) options="$options --no-{option}" ;; esac'
    start = ["/var/lang/bin/node", "$options", "/var/runtime/index.mjs"]
    layer.add_file("var/runtime/bootstrap", _bootstrap(start, prepare))


def _add_python_base(layer: Layer, folder: Path) -> None:
    layer.add_link("usr/bin/python3", "python3.11")
    names = sorted({*debian.with_dependencies(_PYTHON_BASE)} - {*debian.with_dependencies(_SYSTEM)})
    for package in debian.download(names, folder / "packages"):
        layer.add_package(package)


# These must be those of the loader that starts every program.
_PARTS_OF_LIBC = ("libc.so", "libdl.so", "libm.so", "libpthread.so", "librt.so", "ld-linux")


def _below_language_root(path: str) -> str:
    return re.sub(r"^usr/(bin/python3\.11|lib/python3\.11)", r"var/lang/\1", path)


_OWN_LAYER: Mapping[str, Sequence[Callable[[Layer, Path], None]]] = {
    PYTHON: [_add_python],
    NODE: [_add_node],
    BASE: [_add_python_base],
}


def _bootstrap(program: Sequence[str], prepare: str = ":") -> bytes:
    return _BOOTSTRAP.format(prepare=prepare, program=" ".join(program)).encode()


if __name__ == "__main__":
    ensure_images()
    print("\n".join(f"{runtime}={image}" for runtime, image in exact_images().items()))  # noqa: T201
