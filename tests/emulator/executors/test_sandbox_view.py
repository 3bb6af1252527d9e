"""What a sandboxed function sees, as the list of steps that its file tree is built from."""

from pathlib import Path

from emulator.executors.executor import Places
from emulator.executors.interpreters import Interpreter
from emulator.executors.program import bootstrap_program, python_program
from emulator.executors.sandbox_view import sandbox_view

PREFIX = "/home/me/.pyenv/versions/3.12.1"
PYTHON = Interpreter(
    f"{PREFIX}/bin/python3.12", "3.12.1", PREFIX, (f"{PREFIX}/lib/python3.12/site-packages",), "/srv/runtimes/x"
)


def view(interpreter: Interpreter | None, layers: Path | None = None) -> dict[str, list]:
    code, temporary, empty = Path("/srv/code/1"), Path("/srv/e/tmp"), Path("/srv/empty")
    steps = sandbox_view(Places(), code, layers, temporary, interpreter, empty=empty)
    return {step[1]: [step[0], *step[2:]] for step in steps}


def test_what_is_aws_s_stands_where_aws_has_it():
    seen = view(PYTHON)
    assert seen["/var/task"] == ["show", "/srv/code/1"]
    assert seen["/var/runtime"] == ["show", "/srv/runtimes/x"]
    assert seen["/var/lang"] == ["show", PREFIX]
    assert seen["/opt"] == ["folder"]
    assert seen["/tmp"] == ["lend", "/srv/e/tmp"]
    assert seen["/lambda-entrypoint.sh"][0] == "file"


def test_layers_stand_in_opt():
    assert view(PYTHON, Path("/srv/code/2"))["/opt"] == ["show", "/srv/code/2"]


def test_nothing_but_tmp_can_be_written_to():
    assert [path for path, step in view(PYTHON).items() if step[0] == "lend"] == ["/tmp"]


def test_packages_of_the_host_s_python_are_hidden():
    assert view(PYTHON)["/var/lang/lib/python3.12/site-packages"] == ["show", "/srv/empty"]


def test_the_sdk_is_there():
    shown = view(PYTHON)["/var/runtime/boto3"]
    assert shown[0] == "show"
    assert shown[1].endswith("/boto3")


def test_the_user_is_aws_s():  # [rec: test_runtime_introspection_x86, 2025-11-24]
    assert "sbx_user1051:x:993:990:" in view(PYTHON)["/etc/passwd"][1]


def test_homes_and_the_emulator_are_out_of_sight():
    sources = [step[1] for step in view(None).values() if step[0] in {"show", "lend"}]
    assert not [source for source in sources if source.startswith(("/home", "/root", "/proc", "/sys", "/run/user"))]


def test_an_os_only_function_brings_its_own_runtime():
    seen = view(None)
    assert seen["/var/runtime"] == ["folder"]
    assert "/var/lang" not in seen


def test_python_is_started_by_its_place_in_the_sandbox():
    program = python_program(Places(), PYTHON, None, isolated=True)
    assert program.arguments == ("/var/lang/bin/python3.12", "/var/runtime/bootstrap.py")


def test_a_wrapper_script_is_given_the_command():
    program = python_program(Places(), PYTHON, "/opt/wrap", isolated=True)
    assert program.arguments[0] == "/opt/wrap"
    assert program.arguments[1:] == ("/var/lang/bin/python3.12", "/var/runtime/bootstrap.py")


def test_without_a_sandbox_python_is_started_without_the_host_s_packages():
    places = Places(runtime_folder="/srv/runtimes/x")
    program = python_program(places, PYTHON, None, isolated=False)
    assert program.arguments == (PYTHON.path, "-S", "-B", "/srv/runtimes/x/bootstrap.py")


def test_a_bootstrap_must_be_there_and_executable(tmp_path):
    missing = bootstrap_program(Places(), tmp_path, None)
    assert missing.refusal == "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    bootstrap = tmp_path / "bootstrap"
    bootstrap.write_text("#!/bin/sh\n")
    bootstrap.chmod(0o644)
    refused = bootstrap_program(Places(), tmp_path, None)
    assert refused.refusal == "fork/exec /var/task/bootstrap: permission denied"
    bootstrap.chmod(0o755)
    assert bootstrap_program(Places(), tmp_path, None).refusal is None


def test_a_layer_may_bring_the_bootstrap(tmp_path):
    code, layers = tmp_path / "code", tmp_path / "layers"
    for folder in (code, layers):
        folder.mkdir()
    (layers / "bootstrap").touch(0o755)
    assert bootstrap_program(Places(), code, layers).arguments == ("/opt/bootstrap",)
    (code / "bootstrap").touch(0o755)
    assert bootstrap_program(Places(), code, layers).arguments == ("/var/task/bootstrap",)
