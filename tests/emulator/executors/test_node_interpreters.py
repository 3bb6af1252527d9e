"""Finding the Node.js that a runtime names, and never another one in silence."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.executors import node_interpreters
from emulator.executors.executor import Places
from emulator.executors.node_interpreters import NodeInterpreter, NodeInterpreters, link_sdk, node_view
from emulator.executors.program import node_program
from emulator.resources.code import CodePackage
from emulator.resources.function import FunctionVersion
from tests.emulator.executors.node_function import HAS_NODE

PREFIX = "/home/me/.nvm/versions/node/v22.11.0"
NODE22 = NodeInterpreter(f"{PREFIX}/bin/node", "22.11.0", PREFIX, (), "/srv/runtimes/n")
SYSTEM = NodeInterpreter("/usr/bin/node", "20.16.0", "", (), "/srv/runtimes/s")


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without Node.js; returns a folder that is on its PATH."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable, _, _ in node_interpreters._TOOL_FOLDERS:
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setattr(node_interpreters, "_SYSTEM_FOLDERS", ())
    monkeypatch.setattr(node_interpreters, "_GLOBAL_PACKAGES", ())
    return path


@pytest.fixture
def said(monkeypatch):
    """What programs print, by path; those that are not in it do not run."""
    outputs: dict[str, str] = {}

    async def output_of(*command: str) -> str:
        return outputs.get(command[0], "")

    monkeypatch.setattr(node_interpreters, "_output_of", output_of)
    return outputs


def installed(folder: Path, said: dict[str, str], version: str, name: str = "node") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    said[str(path)] = f"v{version}\n"
    return path


def finder(tmp_path: Path, *, substitute: bool = False) -> NodeInterpreters:
    return NodeInterpreters(tmp_path / "runtimes", substitute=substitute)


@pytest.mark.skipif(not HAS_NODE, reason="no Node.js on this host")
async def test_the_node_of_this_machine_says_what_it_is(tmp_path):
    real = subprocess.run([shutil.which("node"), "--version"], check=True, capture_output=True, text=True).stdout
    major = real.strip("v\n").partition(".")[0]
    found = await finder(tmp_path).find(f"nodejs{major}.x")
    assert (f"v{found.version}\n", found.substituted) == (real, False)
    assert (Path(found.runtime_folder) / "index.mjs").is_file()


async def test_one_on_path_is_asked_for_its_version(bare, said, tmp_path):
    path = installed(bare, said, "20.20.2")
    found = await finder(tmp_path).find("nodejs20.x")
    assert (found.path, found.version, found.substituted) == (str(path), "20.20.2", False)


@pytest.mark.parametrize(
    "folder",
    [
        "NVM_DIR/versions/node/v22.1.0/bin", "FNM_DIR/node-versions/v22.1.0/installation/bin",
        "VOLTA_HOME/tools/image/node/22.1.0/bin", "ASDF_DATA_DIR/installs/nodejs/22.1.0/bin",
        "MISE_DATA_DIR/installs/node/22.1.0/bin", "NODENV_ROOT/versions/22.1.0/bin",
        "N_PREFIX/n/versions/node/22.1.0/bin",
    ],
)  # fmt: skip
async def test_version_managers_are_searched(bare, said, tmp_path, folder):
    installed(bare, said, "20.20.2")
    path = installed(tmp_path / folder, said, "22.1.0")
    assert (await finder(tmp_path).find("nodejs22.x")).path == str(path)


async def test_the_newest_of_a_version_manager_is_taken(bare, said, tmp_path):
    for version in ("22.9.0", "22.11.0", "22.2.0"):
        installed(tmp_path / f"NVM_DIR/versions/node/v{version}/bin", said, version)
    assert (await finder(tmp_path).find("nodejs22.x")).version == "22.11.0"


async def test_a_missing_node_is_an_error_that_says_what_to_do(bare, said, tmp_path):
    installed(bare, said, "20.20.2")
    with pytest.raises(EmulatorError) as missing:
        await finder(tmp_path).find("nodejs22.x")
    text = str(missing.value)
    assert text.startswith("The runtime nodejs22.x needs Node.js 22, which is not found on this machine.")
    assert "nvm install 22" in text
    assert "--allow-runtime-substitution" in text
    assert "\n" not in text


async def test_the_nearest_one_stands_in_if_that_is_allowed(bare, said, tmp_path):
    installed(bare, said, "18.1.0")
    installed(tmp_path / "NVM_DIR/versions/node/v24.1.0/bin", said, "24.1.0")
    search = finder(tmp_path, substitute=True)
    found = await search.find("nodejs22.x")
    assert (found.version, found.substituted) == ("24.1.0", True)
    assert (await search.find("nodejs18.x")).substituted is False
    assert set(search.used()) == {"nodejs22.x", "nodejs18.x"}


async def test_one_that_is_too_old_stands_in_for_none(bare, said, tmp_path):
    installed(bare, said, "16.20.2")
    search = finder(tmp_path, substitute=True)
    assert await search.can_run(("nodejs16.x", "nodejs20.x")) == ["nodejs16.x"]
    assert (await search.find("nodejs16.x")).version == "16.20.2"
    with pytest.raises(EmulatorError):
        await search.find("nodejs20.x")


async def test_without_any_nothing_can_stand_in(bare, said, tmp_path):
    with pytest.raises(EmulatorError, match=r"No Node\.js is found on this machine"):
        await finder(tmp_path, substitute=True).find("nodejs22.x")


async def test_shims_and_programs_that_do_not_run_are_passed_over(bare, said, tmp_path):
    shim = bare / "node"
    shim.write_text("#!/bin/sh\nexec asdf exec node\n")
    shim.chmod(0o755)
    said[str(shim)] = "v20.0.0"
    broken = installed(bare, said, "20.1.0", "nodejs")
    said.pop(str(broken))
    launcher = installed(tmp_path / "volta", said, "20.2.0", "volta-shim")
    (bare / "node20").symlink_to(launcher)
    with pytest.raises(EmulatorError):
        await finder(tmp_path).find("nodejs20.x")


async def test_what_can_be_run_follows_from_what_is_there(bare, said, tmp_path):
    runtimes = ("nodejs20.x", "nodejs22.x", "python3.12")
    assert await finder(tmp_path / "a").can_run(runtimes) == []
    assert await finder(tmp_path / "b", substitute=True).can_run(runtimes) == []
    installed(bare, said, "20.20.2")
    assert await finder(tmp_path / "c").can_run(runtimes) == ["nodejs20.x"]
    assert await finder(tmp_path / "d", substitute=True).can_run(runtimes) == ["nodejs20.x", "nodejs22.x"]


class TestSandbox:
    def test_an_installation_of_its_own_is_shown_whole(self):
        steps = node_view(Places(), NODE22)
        assert ["show", "/var/lang", PREFIX] in steps
        assert ["show", "/var/runtime", "/srv/runtimes/n"] in steps
        assert node_program(Places(), NODE22, version(), None, isolated=True).arguments[0] == "/var/lang/bin/node"

    def test_of_the_system_s_only_the_program(self):
        assert ["show", "/var/lang/bin/node", "/usr/bin/node"] in node_view(Places(), SYSTEM)
        assert node_program(Places(), SYSTEM, version(), None, isolated=True).arguments[0] == "/var/lang/bin/node"
        assert node_program(Places(), SYSTEM, version(), None, isolated=False).arguments[0] == "/usr/bin/node"

    async def test_libraries_that_would_be_out_of_sight_are_shown(self, bare, said, tmp_path):
        path = installed(tmp_path / "brew/bin", said, "20.1.0")
        (bare / "node").symlink_to(path)
        said["ldd"] = (
            "\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x1)\n"
            "\tlibuv.so.1 => /brew/opt/libuv/lib/libuv.so.1 (0x2)\n"
            f"\tlibnode.so => {tmp_path}/brew/lib/libnode.so (0x3)\n\tlinux-vdso.so.1 (0x4)\n"
        )
        found = await finder(tmp_path).find("nodejs20.x")
        assert isinstance(found, NodeInterpreter)
        assert found.prefix == str(tmp_path / "brew")
        assert found.libraries == ("/brew/opt/libuv/lib/libuv.so.1",)
        assert ["show", "/brew/opt/libuv/lib/libuv.so.1", "/brew/opt/libuv/lib/libuv.so.1"] in node_view(
            Places(), found
        )

    async def test_the_aws_sdk_that_is_installed_for_it_is_shown(self, bare, said, tmp_path):
        path = installed(tmp_path / "own/bin", said, "20.1.0")
        (bare / "node").symlink_to(path)
        sdk = tmp_path / "own/lib/node_modules/@aws-sdk"
        (sdk / "client-s3").mkdir(parents=True)
        (sdk.parent / "something-else").mkdir()
        found = await finder(tmp_path).find("nodejs20.x")
        assert isinstance(found, NodeInterpreter)
        assert node_view(Places(), found)[-1] == ["show", "/var/runtime/node_modules/@aws-sdk", str(sdk)]
        modules = Path(found.runtime_folder, "node_modules")
        assert [entry.name for entry in modules.iterdir()] == ["@aws-sdk"]  # a place to show it at
        for _ in range(2):
            link_sdk(found)
        assert (modules / "@aws-sdk/client-s3").is_dir()


class TestOptions:
    """What Lambda starts Node.js with."""

    @pytest.mark.parametrize(
        ("memory", "options", "expected"),
        [
            (1024, "", ["--max-semi-space-size=51", "--max-old-space-size=921"]),
            (128, "--inspect", ["--max-semi-space-size=6", "--max-old-space-size=115"]),
            (128, "--max_old_space_size=100", []),
            (128, "--max-semi-space-size=1", []),
        ],
    )
    def test_memory(self, memory, options, expected):
        function = version(memory_size=memory, variables={"NODE_OPTIONS": options})
        program = node_program(Places(), SYSTEM, function, None, isolated=True)
        assert list(program.arguments[1:]) == [*expected, "/var/runtime/index.mjs"]

    @pytest.mark.parametrize(
        ("runtime", "interpreter", "options", "expected"),
        [
            ("nodejs20.x", "20.17.0", "", ["--no-experimental-require-module"]),
            ("nodejs20.x", "20.16.0", "", []),  # which does not know the option
            ("nodejs22.x", "22.11.0", "", ["--no-experimental-require-module", "--no-experimental-detect-module"]),
            ("nodejs22.x", "22.11.0", "--experimental-require-module", ["--no-experimental-detect-module"]),
            ("nodejs24.x", "24.1.0", "", []),
            ("nodejs18.x", "24.1.0", "", ["--no-experimental-require-module", "--no-experimental-detect-module"]),
            ("nodejs18.x", "30.1.0", "", []),  # which may know it no longer
        ],
    )
    def test_what_the_runtime_does_not_have(self, runtime, interpreter, options, expected):
        function = version(runtime=runtime, variables={"NODE_OPTIONS": f"--max-old-space-size=9 {options}"})
        program = node_program(Places(), replace(SYSTEM, version=interpreter), function, None, isolated=True)
        assert list(program.arguments[1:-1]) == expected

    def test_a_wrapper_script_is_given_the_command(self):
        program = node_program(Places(), SYSTEM, version(), "/opt/wrap", isolated=True)
        assert program.arguments[:2] == ("/opt/wrap", "/var/lang/bin/node")

    @pytest.mark.parametrize(
        ("wrapper", "found"), [("/var/task/a/w", "/c/a/w"), ("/opt/w", "/l/w"), ("/usr/bin/w", "/usr/bin/w")]
    )
    def test_without_a_sandbox_the_script_is_where_the_code_is(self, wrapper, found):
        places = Places(task_root="/c", layers="/l")
        assert node_program(places, SYSTEM, version(), wrapper, isolated=False).arguments[0] == found


def version(**fields: object) -> FunctionVersion:
    plain = {
        "account_id": "123456789012", "region": "us-east-1", "name": "f", "version": "$LATEST", "role": "r",
        "runtime": "nodejs20.x", "handler": "index.handler", "code": CodePackage(b"", "", 0),
        "architectures": ["x86_64"],
    }  # fmt: skip
    return FunctionVersion(**{**plain, **fields})
