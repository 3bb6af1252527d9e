"""Functions and layers that run straight from folders of this machine, in real processes: save, call, see it."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.serving import Server, serving
from tests.integration.test_runtimes import SHELL_CLIENT, curl, node
from tests.integration.test_serve import NO_NAMESPACES, can

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::000000000000:role/r"

# Answers its text, how often this runtime has been called, and how often this environment has.
TELLS = """
import os
calls = 0
def handler(event, context):
    global calls
    calls += 1
    with open("/tmp/calls", "a") as file:
        file.write(".")
    return [{text!r}, calls, os.path.getsize("/tmp/calls")]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--settle-seconds", "0") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return server.client("lambda")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "code")


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def at(folder: Path | str, bucket: str = "hot-reload") -> dict[str, str]:
    return {"S3Bucket": bucket, "S3Key": str(folder)}


def create(client: Any, code: dict[str, str], **members: Any) -> str:
    name = f"hot-{uuid.uuid4()}"
    settings = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "index.handler", "Timeout": 30, **members}
    client.create_function(FunctionName=name, Code=code, **settings)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
    return name


@pytest.fixture
def deploy(client: Any) -> Iterator[Callable[..., str]]:
    """Makes functions, ready to be invoked, and deletes them."""
    names = []

    def make(code: dict[str, str], **members: Any) -> str:
        names.append(create(client, code, **members))
        return names[-1]

    yield make
    for name in names:
        client.delete_function(FunctionName=name)


@pytest.fixture
def call(client: Any) -> Callable[..., Any]:
    def ask(name: str, **members: Any) -> Any:
        return json.loads(client.invoke(FunctionName=name, **members)["Payload"].read())

    return ask


def test_python_runs_what_was_saved_and_keeps_its_environment(folder, deploy, call):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    assert [call(name), call(name)] == [["one", 1, 1], ["one", 2, 2]]
    time.sleep(0.15)  # by now it is frozen
    (folder / "index.py").write_text(TELLS.format(text="two"))
    assert [call(name), call(name)] == [["two", 1, 3], ["two", 2, 4]]
    (folder / "index.py").touch()  # nothing changed, nothing is restarted
    (folder / "__pycache__").mkdir(exist_ok=True)
    assert call(name) == ["two", 3, 5]


def test_python_runs_every_one_of_quick_saves_of_the_same_size(folder, deploy, call):
    (folder / "index.py").write_text(TELLS.format(text=100))
    name = deploy(at(folder))
    for number in range(101, 108):
        (folder / "index.py").write_text(TELLS.format(text=number))
        assert call(name)[0] == number


@node
def test_nodejs(folder, deploy, call):
    (folder / "lib").mkdir()
    (folder / "lib" / "text.js").write_text("module.exports = 'one'\n")
    (folder / "index.js").write_text("const text = require('./lib/text')\nexports.handler = async () => text\n")
    name = deploy(at(folder), Runtime="nodejs20.x")
    assert call(name) == "one"
    (folder / "lib" / "text.js").write_text("module.exports = 'two'\n")
    assert call(name) == "two"


@curl
def test_a_runtime_of_its_own_which_may_also_come_later(folder, deploy, call):
    def save(text: str) -> None:
        (folder / "bootstrap.new").write_text(SHELL_CLIENT.replace('\\"handler\\"', f'\\"{text}\\"'))
        (folder / "bootstrap.new").chmod(0o755)
        (folder / "bootstrap.new").rename(folder / "bootstrap")

    name = deploy(at(folder), Runtime="provided.al2023")
    assert call(name)["errorType"] == "Runtime.InvalidEntrypoint"
    save("one")
    assert "one" in call(name)
    save("two")
    assert "two" in call(name)


def test_a_syntax_error_is_the_functions_and_the_next_save_heals_it(folder, deploy, call):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    call(name)
    (folder / "index.py").write_text("def handler(:\n")
    for _ in range(2):
        assert call(name)["errorType"] == "Runtime.UserCodeSyntaxError"
    (folder / "index.py").write_text(TELLS.format(text="healed"))
    assert call(name) == ["healed", 1, 2]


def test_a_folder_that_is_deleted_and_made_again(folder, deploy, call, client):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    call(name)
    shutil.rmtree(folder)  # as build tools do
    with pytest.raises(ClientError, match=f"Hot reload: there is no folder {folder}") as refusal:
        call(name)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert client.get_function_configuration(FunctionName=name)["State"] == "Active"
    made(folder)
    (folder / "index.py").write_text(TELLS.format(text="two"))
    assert call(name) == ["two", 1, 2]


def test_a_link_that_leads_to_another_folder(tmp_path, deploy, call):
    for text in ("one", "two"):
        (made(tmp_path / text) / "index.py").write_text(TELLS.format(text=text))
    current = tmp_path / "current"
    current.symlink_to("one")
    name = deploy(at(current))
    assert call(name)[0] == "one"
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(current)
    assert call(name)[0] == "two"


def write_in_place(folder: Path, text: str) -> None:
    (folder / "index.py").write_text(text)


def write_beside_and_rename(folder: Path, text: str) -> None:  # most editors, formatters, rsync
    (folder / ".index.py.Xy12").write_text(text)
    (folder / ".index.py.Xy12").rename(folder / "index.py")


def keep_a_backup(folder: Path, text: str) -> None:  # vim
    (folder / "index.py").rename(folder / "index.py~")
    (folder / "index.py").write_text(text)
    (folder / "index.py~").unlink()


def delete_and_write(folder: Path, text: str) -> None:
    (folder / "index.py").unlink()
    (folder / "index.py").write_text(text)


def put_another_folder_in_its_place(folder: Path, text: str) -> None:  # mv
    (made(folder.with_name("new")) / "index.py").write_text(text)
    folder.rename(folder.with_name(f"old-{uuid.uuid4()}"))
    folder.with_name("new").rename(folder)


def check_out(folder: Path, text: str) -> None:
    git(folder, "checkout", "-q", "main")
    (folder / "index.py").write_text(text)
    git(folder, "commit", "-qam", "next")
    git(folder, "checkout", "-q", "HEAD~1")
    git(folder, "checkout", "-q", "main")


def git(folder: Path, *arguments: str) -> None:
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True, timeout=20)
        git(folder, "add", "index.py")
        git(folder, "commit", "-q", "-m", "first")
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, timeout=20)


SAVES = [write_in_place, write_beside_and_rename, keep_a_backup, delete_and_write, put_another_folder_in_its_place]


@pytest.mark.parametrize(
    "save",
    [*SAVES, pytest.param(check_out, marks=pytest.mark.skipif(shutil.which("git") is None, reason="no git here"))],
)
@pytest.mark.parametrize("pause", [0.0, 0.1], ids=["at once", "later"])
def test_however_it_is_saved(folder, deploy, call, save, pause):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    assert call(name)[0] == "one"
    for text in ("two", "three"):
        save(folder, TELLS.format(text=text))
        time.sleep(pause)
        assert call(name)[0] == text


def test_another_folder_of_the_same_content_is_the_one_that_is_read(folder, deploy, call):
    code = "def handler(event, context): return open('data.txt').read()\n"
    name = ""
    for _ in range(2):  # as build tools do, whatever has changed
        shutil.rmtree(folder)
        made(folder)
        (folder / "index.py").write_text(code)
        (folder / "data.txt").write_text("data")
        name = name or deploy(at(folder))
        assert call(name) == "data"


def test_a_file_that_is_deleted_is_missed(folder, deploy, call):
    (folder / "index.py").write_text("import other\ndef handler(event, context): return other.text\n")
    (folder / "other.py").write_text("text = 'there'\n")
    name = deploy(at(folder))
    assert call(name) == "there"
    (folder / "other.py").unlink()
    assert "No module named 'other'" in call(name)["errorMessage"]
    (folder / "other.py").write_text("text = 'again'\n")
    assert call(name) == "again"


def test_two_functions_on_one_folder(folder, deploy, call):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    (folder / "other.py").write_text("import index\ndef handler(event, context): return index.__doc__\n")
    names = deploy(at(folder)), deploy(at(folder), Handler="other.handler")
    assert [call(names[0])[0], call(names[1])] == ["one", None]
    (folder / "index.py").write_text('"two"\n' + TELLS.format(text="two"))
    assert [call(names[0])[0], call(names[1])] == ["two", "two"]


@pytest.mark.parametrize("others", [0, 1])
def test_a_layer_alone_and_among_others(folder, tmp_path, deploy, call, client, others):
    layer = tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    (layer / "python" / "shared.py").write_text("text = 'one'\n")
    layers = [publish(client, at(layer)), *(publish(client, {"ZipFile": zipped("x", "")}) for _ in range(others))]
    (folder / "index.py").write_text("import shared\ndef handler(event, context): return shared.text\n")
    name = deploy(at(folder), Layers=layers)
    assert call(name) == "one"
    (layer / "python" / "shared.py").write_text("text = 'two'\n")
    assert call(name) == "two"
    plain = deploy({"ZipFile": zipped("index.py", (folder / "index.py").read_text())}, Layers=layers)
    assert call(plain) == "two"
    (layer / "python" / "shared.py").write_text("text = 'three'\n")
    assert [call(name), call(plain)] == ["three", "three"]


def publish(client: Any, content: dict[str, Any]) -> str:
    return client.publish_layer_version(LayerName=f"hot-{uuid.uuid4()}", Content=content)["LayerVersionArn"]


def zipped(name: str, text: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, text)
    return buffer.getvalue()


def test_a_function_moves_to_a_folder_and_away_from_it(folder, deploy, call, client):
    (folder / "index.py").write_text(TELLS.format(text="folder"))
    name = deploy({"ZipFile": zipped("index.py", TELLS.format(text="zip"))})
    for code, text in ((at(folder), "folder"), ({"ZipFile": zipped("index.py", TELLS.format(text="zip"))}, "zip")):
        client.update_function_code(FunctionName=name, **code)
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})
        assert call(name)[0] == text


def test_what_is_told_of_the_code_is_true_to_the_folder(folder, deploy, client):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    before = client.get_function(FunctionName=name)["Configuration"]
    assert before["CodeSize"] == (folder / "index.py").stat().st_size
    (folder / "index.py").write_text(TELLS.format(text="another"))
    function = client.get_function(FunctionName=name)
    assert function["Configuration"]["CodeSha256"] != before["CodeSha256"]
    assert function["Configuration"]["CodeSize"] == before["CodeSize"] + len("another") - len("one")
    with urllib.request.urlopen(function["Code"]["Location"], timeout=10) as answer:
        assert "another" in zipfile.ZipFile(BytesIO(answer.read())).read("index.py").decode()
    (folder / "index.py").write_text(TELLS.format(text="one"))
    assert client.get_function(FunctionName=name)["Configuration"]["CodeSha256"] == before["CodeSha256"]


def test_a_published_version_holds_what_the_folder_held_then(folder, deploy, call, client):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    name = deploy(at(folder))
    first = client.publish_version(FunctionName=name)
    assert client.publish_version(FunctionName=name)["Version"] == "1"  # nothing has changed
    (folder / "index.py").write_text(TELLS.format(text="two"))
    assert [call(name, Qualifier="1")[0], call(name)[0]] == ["one", "two"]
    second = client.publish_version(FunctionName=name)
    assert second["Version"] == "2"
    assert second["CodeSha256"] != first["CodeSha256"]
    assert second["CodeSha256"] == client.get_function_configuration(FunctionName=name)["CodeSha256"]
    shutil.rmtree(folder)
    assert [call(name, Qualifier="1")[0], call(name, Qualifier="2")[0]] == ["one", "two"]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("code", "'code' is not absolute"),
        ("~/code", "~ is not expanded"),
        ("{folder}/nowhere", "there is no folder {folder}/nowhere"),
        ("{folder}/file", "{folder}/file is not a folder"),
        ("/", "/ is the whole machine"),
    ],
)
def test_what_is_no_folder_is_refused_and_why(folder, client, key, says):
    (folder / "file").write_text("")
    code = at(key.replace("{folder}", str(folder)))
    says = says.replace("{folder}", str(folder))
    asked: list[Callable[[], Any]] = [
        lambda: create(client, code),
        lambda: client.publish_layer_version(LayerName="refused", Content=code),
    ]
    for ask in asked:
        with pytest.raises(ClientError) as refusal:
            ask()
        assert says in refusal.value.response["Error"]["Message"]
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_it_survives_a_restart_and_the_bucket_has_the_name_that_is_set(tmp_path, folder):
    (folder / "index.py").write_text(TELLS.format(text="one"))
    state = ("--settle-seconds", "0", "--state", str(tmp_path / "state"))
    with serving(*state, environment={"BUCKET_MARKER_LOCAL": "my-marker"}) as server:
        client = server.client("lambda")
        create_named = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "index.handler", "FunctionName": "kept"}
        with pytest.raises(ClientError, match="needs a companion"):
            client.create_function(Code=at(folder), **create_named)
        client.create_function(Code=at(folder, "my-marker"), **create_named)
        client.get_waiter("function_active_v2").wait(FunctionName="kept", WaiterConfig={"Delay": 0.02})
    (folder / "index.py").write_text(TELLS.format(text="two"))
    with serving(*state, environment={"PARITY_HOT_RELOAD_BUCKET": "my-marker"}) as server:
        client = server.client("lambda")
        for text in ("two", "three"):
            (folder / "index.py").write_text(TELLS.format(text=text))
            assert json.loads(client.invoke(FunctionName="kept")["Payload"].read())[0] == text


@pytest.mark.skipif(not can(*NO_NAMESPACES), reason="this machine cannot be made to refuse namespaces")
def test_without_namespaces_the_folder_itself_is_the_task_root(folder, tmp_path):
    code = "import os, shared\ndef handler(event, context): return [{}, shared.text, os.getcwd()]\n"
    (tmp_path / "layer" / "python").mkdir(parents=True)
    (folder / "index.py").write_text(code.format(100))
    (tmp_path / "layer" / "python" / "shared.py").write_text("text = 100\n")
    with serving("--settle-seconds", "0", prefix=NO_NAMESPACES) as server:
        client = server.client("lambda")
        name = create(client, at(folder), Layers=[publish(client, at(tmp_path / "layer"))])
        for number in range(101, 106):  # of the same size, and within the same second
            (folder / "index.py").write_text(code.format(number))
            (tmp_path / "layer" / "python" / "shared.py").write_text(f"text = {number}\n")
            answer = json.loads(client.invoke(FunctionName=name)["Payload"].read())
            assert answer == [number, number, str(folder)]
    assert sorted(path.name for path in folder.iterdir()) == ["index.py"]  # nothing was compiled into it


def test_many_callers_meanwhile_get_whole_answers_and_none_that_is_older_than_their_call(folder, deploy, server):
    (folder / "index.py").write_text("def handler(event, context): return 100\n")
    name = deploy(at(folder))
    saved = [100]
    until = time.monotonic() + 2

    def keep_calling(client: Any) -> list[tuple[int, int]]:
        seen = []
        while time.monotonic() < until:
            before = saved[-1]
            seen.append((before, json.loads(client.invoke(FunctionName=name)["Payload"].read())))
        return seen

    def keep_saving(_: Any) -> list[tuple[int, int]]:
        while time.monotonic() < until:
            (folder / "next").write_text(f"def handler(event, context): return {saved[-1] + 1}\n")
            (folder / "next").rename(folder / "index.py")
            saved.append(saved[-1] + 1)
            time.sleep(0.3)
        return []

    clients = iter(range(4))
    answers = server.at_once(4, lambda one: keep_saving(one) if next(clients) == 0 else keep_calling(one))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    seen = [pair for answer in answers for pair in answer]
    assert seen
    assert [pair for pair in seen if pair[1] < pair[0]] == []
