"""Which image a function runs in: AWS's own for its runtime, or the one that the user names instead."""

from collections.abc import Mapping
from pathlib import Path

from emulator.errors import EmulatorError

_REGISTRY = "public.ecr.aws/lambda"

# AWS's images have the runtime's name and version, and a few have names of their own [docs: runtimes-images].
_NAMES = {
    "provided.al2023": "provided:al2023",
    "provided.al2": "provided:al2",
    "java8.al2": "java:8.al2",
}
_LANGUAGES = ("python", "nodejs", "java", "ruby", "dotnet")

ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}  # in the words of AWS, and of images


def image_of(runtime: str, replaced: Mapping[str, str]) -> str:
    """The image of a runtime. Raises EmulatorError for one of which AWS publishes none, and the user names none."""
    if runtime in replaced:
        return replaced[runtime]
    if runtime in _NAMES:
        return f"{_REGISTRY}/{_NAMES[runtime]}"
    for language in _LANGUAGES:
        version = runtime.removeprefix(language).removesuffix(".x")
        if runtime.startswith(language) and version.replace(".", "").isdigit():
            return f"{_REGISTRY}/{language}:{version}"
    raise EmulatorError(f"No image is known for the runtime {runtime}; name one with --image-map {runtime}=IMAGE.")


def read_image_map(text: str) -> dict[str, str]:
    """The images by runtime in `RUNTIME=IMAGE,…`, or in a file of such lines. Raises EmulatorError for other text."""
    path = Path(text)
    if "=" not in text:
        try:
            text = path.read_text()
        except OSError as error:
            raise EmulatorError(f"--image-map names no file that can be read: {error}.") from error
    pairs = [pair.strip() for pair in text.replace("\n", ",").split(",") if pair.strip()]
    images = {runtime.strip(): image.strip() for runtime, _, image in (pair.partition("=") for pair in pairs)}
    if not all(images.values()):
        raise EmulatorError(f"--image-map takes RUNTIME=IMAGE,… or a file with such lines, not {text!r}.")
    return images
