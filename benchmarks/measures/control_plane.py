"""Calls that run no function: reading one's description, and making and deleting one."""

import itertools
import uuid
from collections.abc import Iterator

from benchmarks.candidates.candidate import Candidate
from benchmarks.candidates.lambda_api import LambdaApi
from benchmarks.http_client import closed_loop
from benchmarks.measures.measure import Effort, Measure, Metric, Sample
from benchmarks.statistics import highest


class _ControlPlane(Measure):
    group = "control-plane"
    what: str
    metric: str
    answers_each = 1  # that make one of what is counted

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self.title = f"{self.what}, {clients} client{'s' if clients > 1 else ''}"
        self.metrics = (Metric(f"{self.metric}_{clients}", self.title, "/s", highest),)

    def sample(self, candidate: Candidate, effort: Effort) -> Sample:
        assert isinstance(candidate, LambdaApi)
        scripts = [self.script(candidate) for _ in range(self._clients)]
        load = closed_loop(candidate.address, scripts, effort.seconds)
        self.clean_up(scripts, candidate)
        return {self.metrics[0].name: [load.per_second / self.answers_each]}

    def script(self, candidate: LambdaApi) -> Iterator[bytes]:
        raise NotImplementedError

    def clean_up(self, scripts: list[Iterator[bytes]], candidate: LambdaApi) -> None:
        """Removes what a script has left that was stopped in the middle."""


class GetFunction(_ControlPlane):
    what = "GetFunction"
    metric = "get_function"

    def script(self, candidate: LambdaApi) -> Iterator[bytes]:
        return itertools.repeat(candidate.description(candidate.function()))


class CreateAndDelete(_ControlPlane):
    what = "CreateFunction + DeleteFunction"
    metric = "create_delete"
    answers_each = 2

    def script(self, candidate: LambdaApi) -> Iterator[bytes]:
        return _Pairs(candidate)

    def clean_up(self, scripts: list[Iterator[bytes]], candidate: LambdaApi) -> None:
        for script in scripts:
            assert isinstance(script, _Pairs)
            if script.open is not None:
                candidate.delete_function(script.open)


_PLACE = "NNNNNNNN"  # of the number in a name; all names are of one length


class _Pairs(Iterator[bytes]):
    """Requests that make a function and delete it, over and over, each time under another name."""

    def __init__(self, candidate: LambdaApi) -> None:
        self.open: str | None = None  # a function that is made and not deleted
        self._candidate = candidate
        self._name = f"benchmarks-{uuid.uuid4().hex[:12]}-"
        self._creation = candidate.creation(f"{self._name}{_PLACE}")
        self._deletion = candidate.deletion(f"{self._name}{_PLACE}")
        self._number = 0

    def __next__(self) -> bytes:
        number = f"{self._number:08}".encode()
        if self.open is None:
            self.open = f"{self._name}{number.decode()}"
            return self._creation.replace(_PLACE.encode(), number)
        self.open = None
        self._number += 1
        return self._deletion.replace(_PLACE.encode(), number)
