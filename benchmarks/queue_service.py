"""A service of queues that take messages and are never asked for them: what is sent there is told at once.

It speaks as much of SQS's JSON protocol as the sender of messages does, and is the target of `soak_events`, where the
embedded companion would be what is measured: that one takes 20 ms of processor time from the sending of a message to
its deletion, and the longer the more messages wait.
"""

import hashlib
import json
import sys
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Message = dict[str, Any]
"""What SendMessage was given: `MessageBody`, `MessageAttributes`, `MessageSystemAttributes`."""

_ACCOUNT, _REGION = "000000000000", "us-east-1"
_SQS, _LOGS = "AmazonSQS.", "Logs_20140328."


class QueueService:
    """A service on a free port of this machine, within `with`. Every name is that of a queue.

    `take` is called with the name of a queue and a message, from several threads, before the sender has its answer.
    """

    def __init__(self, take: Callable[[str, Message], None]) -> None:
        self._take = take
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answer = self._answer
        self._thread = threading.Thread(target=self._server.serve_forever, name="queues")
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @staticmethod
    def arn(name: str) -> str:
        """The ARN of a queue."""
        return f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:{name}"

    def _answer(self, target: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to an operation; None for one that is not known here."""
        if target.startswith(_LOGS):
            return {}  # logs of functions come here too, and are of no interest
        match target.removeprefix(_SQS):
            case "GetQueueUrl":
                return {"QueueUrl": f"{self.url}/{_ACCOUNT}/{asked['QueueName']}"}
            case "GetQueueAttributes":
                name = asked["QueueUrl"].rpartition("/")[2]
                return {"Attributes": {"QueueArn": self.arn(name), "VisibilityTimeout": "30"}}
            case "SendMessage":
                self._take(asked["QueueUrl"].rpartition("/")[2], asked)
                md5 = hashlib.md5(asked["MessageBody"].encode(), usedforsecurity=False).hexdigest()
                return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": md5}
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Callable[[str, dict[str, Any]], dict[str, Any] | None]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a sender that was killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        """An operation of a JSON protocol."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError("the sender ended before its message did")
        target = self.headers.get("X-Amz-Target", "")
        answer = self.server.answer(target, json.loads(body)) if target else None
        if answer is None:
            answer, status = {"__type": "InvalidAction", "message": f"{target or self.path} is not served here."}, 400
        else:
            status = 200
        encoded = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: there are thousands."""
