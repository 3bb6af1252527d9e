"""`python -m emulator serve` as a process, and boto3 clients of it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config

REPOSITORY = Path(__file__).parents[2]
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


@dataclass
class Server:
    process: subprocess.Popen
    url: str

    def client(self, service: str, key: str = "test", *, region: str = "eu-west-1", **options: Any) -> Any:
        names = {"aws_access_key_id": key, "aws_secret_access_key": "test", "region_name": region, **options}
        config = Config(retries={"max_attempts": 0}, read_timeout=30, proxies={})
        return boto3.client(service, endpoint_url=self.url, config=config, **names)

    def at_once(self, number: int, ask: Callable[[Any], Any], service: str = "lambda") -> list[Any]:
        """What so many clients are answered who ask in the same moment: the answers, and what was raised."""
        clients = [self.client(service) for _ in range(number)]
        together = threading.Barrier(number)

        def run(client: Any) -> Any:
            together.wait(10)
            try:
                return ask(client)
            except Exception as error:
                return error

        with ThreadPoolExecutor(number) as threads:
            return list(threads.map(run, clients))

    def ask(self, path: str, service: str, **settings: Any) -> tuple[int, dict[str, str], bytes]:
        headers = {"Authorization": SIGNED.format(service), **settings.pop("headers", {})}
        request = urllib.request.Request(self.url + path, headers=headers, **settings)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), answer.read()

    @property
    def companions(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/_parity/health", timeout=10) as answer:
            return json.load(answer)["companions"]


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "emulator", "serve", "--port", "0", *options]


@contextlib.contextmanager
def serving(
    *options: str,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
    errors: IO[str] | None = None,
) -> Iterator[Server]:
    """An emulator with these options, and these environment variables beside those that are there.

    `prefix` is a command that starts it. `errors` gets what it says to its operator.
    """
    variables = {**os.environ, **(environment or {})}
    arguments = [*prefix, *command(*options)]
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=REPOSITORY, env=variables
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("Ready at "), line
        yield Server(process, line.removeprefix("Ready at ").strip())
    finally:
        process.terminate()
        process.wait(10)
