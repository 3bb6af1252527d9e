"""Gives images to an engine, and finds them there again, and takes away what they replace."""

import contextlib
import fcntl
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import docker
from docker.errors import APIError, ImageNotFound

LABEL = "lambda-parity.test-image"  # on every image of ours; its value says what it was made from


class LayerFile(NamedTuple):
    """A layer as a tar, and the SHA-256 of it in hexadecimal."""

    file: Path
    digest: str


def label_of(client: docker.DockerClient, name: str) -> str | None:
    """What an image that the engine has was made from; None if it has none of that name, or it is not ours."""
    try:
        labels: dict[str, str] = client.images.get(name).labels
    except ImageNotFound:
        return None
    return labels.get(LABEL)


def load(
    client: docker.DockerClient, name: str, layers: Sequence[LayerFile], config: Mapping[str, Any], architecture: str
) -> None:
    """Gives the engine an image, as `docker load` does. The same content makes an image of the same id."""
    root = {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in layers]}
    about = {"architecture": architecture, "os": "linux", "created": "1970-01-01T00:00:00Z"}
    described = json.dumps({**about, "config": config, "rootfs": root}, sort_keys=True).encode()
    manifest = {
        "Config": f"{sha256(described).hexdigest()}.json",
        "RepoTags": [name],
        "Layers": [f"{layer.digest}/layer.tar" for layer in layers],
    }
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for layer in layers:
                archive.add(layer.file, f"{layer.digest}/layer.tar")
            for path, data in ((manifest["Config"], described), ("manifest.json", json.dumps([manifest]).encode())):
                entry = tarfile.TarInfo(str(path))
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        file.seek(0)
        client.images.load(file)


@contextlib.contextmanager
def locked(what: str) -> Iterator[None]:
    """Several runs may need an image at once: one builds it, the others wait."""
    with (Path(tempfile.gettempdir()) / f"lambda-parity-{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove_nameless(client: docker.DockerClient) -> None:
    """Removes the images of ours that lost their name to a newer one."""
    for image in client.images.list(filters={"dangling": True, "label": LABEL}):
        with contextlib.suppress(APIError):  # a container may still use it, or another run is removing it
            client.images.remove(image.id)
