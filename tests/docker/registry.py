"""A registry on this machine, from which an engine really pulls. Engines take plain HTTP from 127.0.0.0/8.

It serves one image under any name and tag that is asked for, unless the tag is `missing`. The image is one of the
engine's own with another layer on top, which no engine has yet, so that there is always something to pull.
"""

import contextlib
import hashlib
import http.server
import io
import json
import os
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CHUNK = 256 * 1024


@dataclass
class Registry:
    """`open` holds back what is large while it is not set; `broken` has it break off then."""

    base: Any  # the image below the new layer
    address: str = ""
    manifest: bytes = b""
    blobs: dict[str, bytes] = field(default_factory=dict)  # by digest
    asked: list[str] = field(default_factory=list)  # the paths of all requests
    open: threading.Event = field(default_factory=threading.Event)
    broken: bool = False

    def renew(self) -> None:
        """Serves content that nobody has pulled yet, under every name."""
        self.manifest, self.blobs = _packed(*self.base)
        self.asked.clear()

    def layers_asked(self) -> list[str]:
        layers = [layer["digest"] for layer in json.loads(self.manifest)["layers"]]
        return [digest for path in self.asked for digest in layers if path.endswith(digest)]


@contextlib.contextmanager
def serving_registry(image: Any) -> Iterator[Registry]:
    registry = Registry(_unpacked(image))
    registry.renew()
    registry.open.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(registry))
    server.daemon_threads = True
    registry.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield registry
    finally:
        registry.open.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(registry: Registry) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            registry.asked.append(self.path)
            kind, reference = self.path.rsplit("/", 2)[1:]
            if self.path == "/v2/":
                self._answer(b"{}", "application/json")
            elif kind == "manifests" and reference != "missing":
                self._answer(registry.manifest, _MANIFEST)
            elif kind == "blobs" and reference in registry.blobs:
                self._answer(registry.blobs[reference], "application/octet-stream")
            else:
                self._refuse()

        do_HEAD = do_GET

        def _answer(self, body: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Content-Digest", _digest(body))
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(body[:_CHUNK])
            if len(body) > _CHUNK:
                registry.open.wait(60)
                if registry.broken:
                    self.connection.close()
                    return
                self.wfile.write(body[_CHUNK:])

        def _refuse(self) -> None:
            error = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            body = json.dumps(error).encode()
            self.send_response(404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


def _unpacked(image: Any) -> tuple[dict[str, Any], list[bytes]]:
    """The configuration of an image, and its layers."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(image.save()))) as saved:
        described = json.load(saved.extractfile("manifest.json"))[0]
        config = json.load(saved.extractfile(described["Config"]))
        return config, [saved.extractfile(layer).read() for layer in described["Layers"]]


def _packed(base: dict[str, Any], layers: list[bytes]) -> tuple[bytes, dict[str, bytes]]:
    """The manifest of an image with one more layer, and by their digests its configuration and its layers."""
    layers = [*layers, _random_layer()]
    history = [*base.get("history", []), {"created_by": "something new"}]
    config = {**base, "history": history, "rootfs": {"type": "layers", "diff_ids": [_digest(each) for each in layers]}}
    packed = json.dumps(config).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _described(packed, _CONFIG),
        "layers": [_described(layer, _LAYER) for layer in layers],
    }
    return json.dumps(manifest).encode(), {_digest(blob): blob for blob in (packed, *layers)}


def _random_layer() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        entry = tarfile.TarInfo("something-new")
        entry.size = 3_000_000
        layer.addfile(entry, io.BytesIO(os.urandom(entry.size)))
    return buffer.getvalue()


def _described(blob: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(blob), "digest": _digest(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"
