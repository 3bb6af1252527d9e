"""Code that changes under an environment: what finishes, what is replaced, and what is left alone."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.errors import CodeFolderError
from emulator.execution.invocation import Outcome
from emulator.resources.code import folder_package
from emulator.resources.function import LayerReference


class Code:
    """A folder with one file, and a runtime that answers what stood in it when the runtime was started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.release = asyncio.Event()  # of calls that wait
        self.inits = 0
        folder.mkdir()
        self.save("one")

    def save(self, text: str) -> None:
        (self.folder / "text").write_text(text)

    async def run(self, runtime: Any) -> int | None:
        self.inits += 1
        text = (self.folder / "text").read_text()
        if text == "broken":
            await runtime.init_error(b'{"errorMessage": "broken"}', "Function.Broken")
            return 256
        while True:
            request_id, event = await runtime.next()
            if event == b'"wait"':
                await self.release.wait()
            await runtime.respond(request_id, text.encode())


@pytest.fixture
def code(tmp_path: Path) -> Code:
    return Code(tmp_path / "code")


@pytest.fixture
def running(execution: Any, code: Code) -> Callable[..., Any]:
    """An execution with the function `f`, which runs from the folder."""

    @contextlib.asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[Any]:
        async with execution({"f": code.run}, **settings) as made:
            made.function("f", code=folder_package(str(code.folder)))
            yield made

    return make


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def answer(running: Any, payload: bytes = b"{}") -> bytes:
    outcome: Outcome = await running.call("f", payload)
    return outcome.payload


class TestAChange:
    async def test_is_seen_by_the_very_next_call(self, running, code):
        async with running() as execution:
            assert await answer(execution) == b"one"
            for number in range(30):
                code.save(f"text {number}")
                assert await answer(execution) == f"text {number}".encode()
            (sandbox,) = execution.executor.sandboxes
            assert sandbox.renewed == code.inits - 1

    async def test_has_the_new_code_ready_before_anybody_calls(self, running, code):
        async with running() as execution:
            await answer(execution)
            code.save("two")
            await until(lambda: code.inits == 2)
            assert await answer(execution) == b"two"
            assert code.inits == 2

    async def test_lets_what_runs_finish_on_the_old_code(self, running, code):
        async with running() as execution:
            await answer(execution)
            waiting = execution.call("f", b'"wait"')
            await asyncio.sleep(0.02)
            code.save("two")
            assert await answer(execution) == b"two"  # by another environment
            code.release.set()
            assert (await waiting).payload == b"one"
            assert [await answer(execution), await answer(execution)] == [b"two", b"two"]
            assert len(execution.executor.sandboxes) == 2

    async def test_while_the_code_is_being_started_starts_it_again(self, running, code):
        async with running() as execution:
            await answer(execution)
            for text in ("two", "three", "four"):
                code.save(text)
                execution.call("f")  # which sees it, and has the environment start it
            assert await answer(execution) == b"four"

    async def test_is_seen_by_many_calls_at_once(self, running, code):
        async with running() as execution:
            await asyncio.gather(*(answer(execution) for _ in range(8)))
            code.save("two")
            assert set(await asyncio.gather(*(answer(execution) for _ in range(8)))) == {b"two"}

    async def test_shows_in_the_report_as_an_init(self, running, code):
        async with running() as execution:
            await execution.log_of("f")
            code.save("two")
            _, log = await execution.log_of("f")
            reports = [line for line in log if "REPORT" in line]
            assert len(reports) == 2
            assert all("Init Duration" in line for line in reports)
            _, log = await execution.log_of("f")
            assert "Init Duration" not in [line for line in log if "REPORT" in line][-1]

    async def test_is_told_to_extensions_which_start_again_with_the_runtime(self, execution, code):
        told: list[list[str]] = []

        async def extension(extension: Any) -> None:
            told.append([])
            await extension.register("INVOKE", "SHUTDOWN")
            while told[-1][-1:] != ["SHUTDOWN"]:
                told[-1].append((await extension.next())["eventType"])

        async with execution({"f": code.run}, {"beside": extension}) as made:
            made.function("f", code=folder_package(str(code.folder)))
            assert await answer(made) == b"one"
            code.save("two")
            assert [await answer(made), await answer(made)] == [b"two", b"two"]
            assert told == [["INVOKE", "SHUTDOWN"], ["INVOKE", "INVOKE"]]
            assert len(made.executor.sandboxes) == 1

    async def test_never_lets_a_later_call_see_what_was_before(self, running, code):
        """Callers and a writer, each at his own pace: no answer is older than what was saved before its call."""
        saved = [1000]
        code.save("1000")

        async def write(execution: Any) -> None:
            for number in range(1001, 1041):
                code.save(str(number))
                saved.append(number)
                if number % 5 == 0:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0)

        async def keep_calling(execution: Any, pause: float) -> int:
            calls = 0
            while saved[-1] < 1040:
                before = saved[-1]
                assert int(await answer(execution)) >= before
                calls += 1
                await asyncio.sleep(pause)
            return calls

        async with running() as execution:
            await answer(execution)
            _, *calls = await asyncio.gather(write(execution), *(keep_calling(execution, n / 500) for n in range(4)))
            assert all(calls)
            assert await answer(execution) == b"1040"


class TestNoChange:
    async def test_leaves_the_runtime_alone(self, running, code):
        async with running() as execution:
            await answer(execution)
            for _ in range(20):
                (code.folder / "text").touch()
                code.save("one")
                (code.folder / ".git").mkdir(exist_ok=True)
                assert await answer(execution) == b"one"
            await asyncio.sleep(0.2)  # events, if they are late
            assert code.inits == 1

    async def test_a_change_that_is_taken_back_meanwhile_is_none(self, running, code):
        async with running() as execution:
            waiting = execution.call("f", b'"wait"')
            await until(lambda: code.inits == 1)
            code.release.set()
            await waiting
            assert await answer(execution) == b"one"
            assert code.inits == 1


class TestBrokenCode:
    async def test_is_the_functions_error_until_the_next_save(self, running, code):
        async with running() as execution:
            await answer(execution)
            code.save("broken")
            outcome = await execution.call("f")
            assert (outcome.function_error, outcome.payload) == ("Unhandled", b'{"errorMessage": "broken"}')
            code.save("healed")
            assert await answer(execution) == b"healed"
            assert len(execution.executor.sandboxes) == 1

    async def test_is_not_started_again_and_again(self, running, code):
        async with running() as execution:
            await answer(execution)
            code.save("broken")
            await until(lambda: code.inits == 2)
            await asyncio.sleep(0.2)
            assert code.inits == 2

    async def test_that_heals_is_ready_before_anybody_calls(self, running, code):
        async with running() as execution:
            await answer(execution)
            code.save("broken")
            await until(lambda: code.inits == 2)
            code.save("healed")
            await until(lambda: code.inits == 3)
            assert await answer(execution) == b"healed"


class TestAFolderThatGoes:
    async def test_fails_calls_in_plain_words_and_comes_back(self, running, code, tmp_path):
        async with running() as execution:
            await answer(execution)
            code.folder.rename(tmp_path / "away")
            for _ in range(3):
                with pytest.raises(CodeFolderError, match=f"there is no folder {code.folder}"):
                    await answer(execution)
            (tmp_path / "away").rename(code.folder)
            assert await answer(execution) == b"one"
            assert len(execution.executor.sandboxes) == 1

    async def test_is_watched_again_when_another_one_is_there(self, running, code, tmp_path):
        async with running() as execution:
            await answer(execution)
            code.folder.rename(tmp_path / "away")
            code.folder.mkdir()
            code.save("two")
            await until(lambda: code.inits == 2)
            await asyncio.sleep(1)  # two checks whether it is still the same
            code.save("three")
            await until(lambda: code.inits == 3)
            assert await answer(execution) == b"three"


class TestSharing:
    async def test_functions_and_layers_of_one_folder_share_one_watch_that_ends_with_them(self, execution, code):
        def watches() -> list[str]:
            return [thread.name for thread in threading.enumerate() if thread.name == f"watch {code.folder}"]

        async with execution({"f": code.run, "plain": code.run}) as made:
            await made.call("plain")
            assert watches() == []
            package = folder_package(str(code.folder))
            made.function("f", code=package)
            made.function("f", name="g", code=package)
            made.function("f", name="h", layers=(LayerReference("arn", package), LayerReference("arn:2", package)))
            for text in (b"one", b"two"):
                code.save(text.decode())
                for name in "fgh":
                    assert (await made.call("f", name=name)).payload == text
                assert len(watches()) == 1
            made.dispatcher.retire(made.functions["f"].latest.key)
            made.dispatcher.retire(made.functions["g"].latest.key)
            await asyncio.sleep(0.2)
            assert len(watches()) == 1
            made.dispatcher.retire(made.functions["h"].latest.key)
            await until(lambda: watches() == [])
