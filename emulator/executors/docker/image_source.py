"""Where the image of a function comes from: the engine has it, or pulls it, as the pull policy says.

A version of a function stays with the content that its image had at first, as on AWS, where the name of an image is
looked up when the function is created or updated: what is pushed under that name later is for the next version. Whoever
needs an image that is being pulled waits for that pull.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.errors import EmulatorError
from emulator.executors.docker.engine import Engine, EngineLostError, Image
from emulator.executors.docker.images import ARCHITECTURES
from emulator.executors.docker.owner import own_labels
from emulator.executors.docker.progress import PullTeller

_TRIAL = ["/bin/sh", "-c", "exit 0"]


@dataclass(slots=True)
class ImageSource:
    """The images of one engine. `pull` is the policy: missing, always (once for each version), or never.

    With `own_architecture` that of the engine's machine counts, whatever a function says.
    """

    engine: Engine
    pull: str
    own_architecture: bool = False
    teller: Callable[[str], PullTeller] = PullTeller
    _kept: dict[str, str] = field(default_factory=dict)  # by key of a version: the identifier of its image
    _last: dict[tuple[str, str], str] = field(default_factory=dict)  # by name and architecture: likewise
    _pulls: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _emulated: set[str] = field(default_factory=set)  # architectures that have been seen to run

    async def image(self, key: str, name: str, architecture: str, host: str) -> Image:
        """The image of the version `key`, for an architecture in the words of AWS. `host` is that of the engine.

        Raises EmulatorError, in one line that says what to do, if it cannot be had or does not run here.
        """
        wanted = host if self.own_architecture else ARCHITECTURES[architecture]
        kept = self._kept.get(key)
        image = await self.engine.image(kept) if kept is not None else None
        if image is None:
            image = await self._find(name, wanted)
            if wanted != host:
                await self._try(image, wanted, host)
            self._kept[key] = self._last[name, wanted] = image.identifier
        return image

    def forget(self, key: str) -> None:
        """The version will not need its image again."""
        self._kept.pop(key, None)

    async def close(self) -> None:
        """Waits for no pull any longer."""
        for pull in (pulls := list(self._pulls.values())):
            pull.cancel()
        await asyncio.gather(*pulls, return_exceptions=True)

    async def _find(self, name: str, architecture: str) -> Image:
        if self.pull != "always" and (found := await self._present(name, architecture)) is not None:
            return found
        if self.pull == "never":
            raise await self._missing(name, architecture)
        await self._pulled(name, architecture)
        found = await self._present(name, architecture)
        if found is None:
            raise await self._missing(name, architecture)
        return found

    async def _present(self, name: str, architecture: str) -> Image | None:
        """The image, if the engine has it for that architecture. Under one name it keeps that of the last pull only."""
        for known in (name, self._last.get((name, architecture))):
            found = await self.engine.image(known) if known is not None else None
            if found is not None and found.architecture == architecture:
                return found
        return None

    async def _missing(self, name: str, architecture: str) -> EmulatorError:
        found = await self.engine.image(name)
        if found is None:
            return EmulatorError(f"The engine has no image {name}, and --pull {self.pull} gets none.")
        said = next(ours for ours, theirs in ARCHITECTURES.items() if theirs == architecture)
        return EmulatorError(
            f"The function is for {said}, and the image {name} that is here is for {found.architecture}; "
            "--ignore-architecture takes it all the same where this machine can run it."
        )

    async def _pulled(self, name: str, architecture: str) -> None:
        pull = self._pulls.get((name, architecture))
        if pull is None:
            pull = self._pulls[name, architecture] = asyncio.create_task(self._pull(name, architecture))
            pull.add_done_callback(lambda pull: self._ended((name, architecture), pull))
        await asyncio.shield(pull)

    def _ended(self, pulled: tuple[str, str], pull: asyncio.Task[None]) -> None:
        del self._pulls[pulled]
        if not pull.cancelled():
            pull.exception()  # whoever waits has it too; perhaps nobody does any more

    async def _pull(self, name: str, architecture: str) -> None:
        teller = self.teller(name)
        try:
            await self.engine.pull(name, architecture, teller.hear)
        except EmulatorError as error:
            teller.end(str(error))
            if isinstance(error, EngineLostError):
                raise
            raise EmulatorError(
                f"The image {name} cannot be had: {str(error).rstrip('.')}. Name another one with --image-map, or a "
                "mirror with --image-registry."
            ) from error
        teller.end()

    async def _try(self, image: Image, architecture: str, host: str) -> None:
        """Finds out whether the engine emulates another architecture, which only a trial shows."""
        if architecture in self._emulated:
            return
        if not await self.engine.runs(image.identifier, _TRIAL, own_labels()):
            raise EmulatorError(
                f"The image {image.name} is for {architecture}, the Docker engine runs on {host}, and a trial shows "
                f"that it does not emulate {architecture}: install QEMU for it (qemu-user-static), or take "
                "--ignore-architecture."
            )
        self._emulated.add(architecture)
