"""Which image a function runs in: AWS's own for its runtime, or the one that the user names instead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import EmulatorError

ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}  # in the words of AWS, and of images

# AWS's images have the runtime's language and version: python3.13 is python:3.13, nodejs22.x is nodejs:22, java8.al2 is
# java:8.al2, provided.al2023 is provided:al2023 [docs: python-image, nodejs-image, java-image, ruby-image,
# csharp-image, runtimes-provided]. The runtimes that are newer than those pages follow the same rule.
_RUNTIME = re.compile(
    r"(?P<language>python|nodejs|java|ruby|dotnet)(?P<version>\d+(\.\d+)?(\.al\d+)?)(\.x)?"
    r"|(?P<system>provided)\.(?P<release>al\d+)"
)


@dataclass(slots=True, frozen=True)
class ImageMap:
    """The images by runtime. `replaced` are those that the user names; `registry` has all the others."""

    replaced: Mapping[str, str]
    registry: str

    def image_of(self, runtime: str) -> str:
        """The image of a runtime. Raises EmulatorError for one of which AWS publishes none, and the user names none."""
        if runtime in self.replaced:
            return self.replaced[runtime]
        found = _RUNTIME.fullmatch(runtime)
        if found is None:
            raise EmulatorError(
                f"No image is known for the runtime {runtime}; name one with --image-map {runtime}=IMAGE."
            )
        name, tag = found["language"] or found["system"], found["version"] or found["release"]
        return f"{self.registry}/{name}:{tag}"

    def has(self, runtime: str) -> bool:
        """Whether there is an image for a runtime."""
        return runtime in self.replaced or _RUNTIME.fullmatch(runtime) is not None


def read_image_map(text: str | None, registry: str) -> ImageMap:
    """The images by runtime in `RUNTIME=IMAGE,…`, or in a file of such lines. Raises EmulatorError for other text."""
    if text is None:
        return ImageMap({}, registry)
    path = Path(text)
    if "=" not in text:
        try:
            text = path.read_text()
        except OSError as error:
            raise EmulatorError(f"--image-map names no file that can be read: {error}.") from error
    lines = [line.partition("#")[0] for line in text.split("\n")]
    pairs = [pair.strip() for line in lines for pair in line.split(",") if pair.strip()]
    images = {runtime.strip(): image.strip() for runtime, _, image in (pair.partition("=") for pair in pairs)}
    if not all(images.values()) or not all(images):
        raise EmulatorError(f"--image-map takes RUNTIME=IMAGE,… or a file with such lines, not {text!r}.")
    return ImageMap(images, registry)
