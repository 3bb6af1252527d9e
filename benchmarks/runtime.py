"""The runtime that every local candidate runs the function on: AWS's awslambdaric, as the emulator prepares it.

So that a difference between candidates is theirs alone, all use the same interpreter, the same files and the same
command line. This is the one place where the benchmarks import the emulator.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from benchmarks import functions
from emulator.executors.interpreters import Interpreter, Interpreters, link_shown_packages


@dataclass(slots=True, frozen=True)
class Runtime:
    """How to start one: `arguments`, and `variables` to which AWS_LAMBDA_RUNTIME_API is to be added."""

    arguments: list[str]
    variables: dict[str, str]


def prepare_runtime(folder: Path) -> Runtime:
    """Puts a runtime and the unpacked function into `folder`."""
    interpreter = asyncio.run(_find(folder / "runtimes"))
    link_shown_packages(interpreter.runtime_folder)
    functions.write_to(folder / "task")
    variables = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "LAMBDA_TASK_ROOT": str(folder / "task"),
        "LAMBDA_RUNTIME_DIR": interpreter.runtime_folder,
        "_HANDLER": functions.HANDLER,
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmarks",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/benchmarks",
        "AWS_LAMBDA_LOG_STREAM_NAME": "benchmarks",
    }
    return Runtime([interpreter.path, "-S", f"{interpreter.runtime_folder}/bootstrap.py"], variables)


async def _find(folder: Path) -> Interpreter:
    return await Interpreters(folder, substitute=False).find(functions.RUNTIME)
