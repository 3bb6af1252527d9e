"""One API for all tests of a module: each of them begins anew."""

from collections.abc import Iterator

import pytest

from tests.emulator.model_wide.api import Api


@pytest.fixture(scope="session")
def _session_api() -> Iterator[Api]:
    api = Api()
    yield api
    api.close()


@pytest.fixture
def api(_session_api: Api) -> Api:
    """An API of which nobody has asked anything."""
    _session_api.begin_anew()
    return _session_api
