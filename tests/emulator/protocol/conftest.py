"""The service model, and botocore's own reading of it to compare ours with."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import botocore.loaders
import botocore.model
import pytest
from hypothesis import strategies as st

from emulator.protocol.model import ServiceModel, load_model


@pytest.fixture(scope="session")
def model() -> ServiceModel:
    return load_model()


@pytest.fixture(scope="session")
def botocore_model() -> botocore.model.ServiceModel:
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("lambda", "service-2"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an `operation_name` runs once for each of the model's operations."""
    if "operation_name" in metafunc.fixturenames:
        metafunc.parametrize("operation_name", sorted(load_model().operations))


Values = Callable[[str, str], st.SearchStrategy[Any]]


@pytest.fixture(scope="session")
def values(model: ServiceModel) -> Values:
    """`values(shape, location)`: any values of a shape that can travel there, whatever its constraints say."""

    def of(name: str, location: str = "body") -> st.SearchStrategy[Any]:
        shape = model.shapes[name]
        if shape.type == "structure":
            return st.fixed_dictionaries(
                {}, optional={member: of(reference.shape) for member, reference in shape.members.items()}
            )
        if shape.member is not None:
            return st.lists(of(shape.member.shape, location), min_size=1, max_size=3)
        if shape.value is not None:
            return st.dictionaries(st.text(max_size=5), of(shape.value.shape), max_size=3)
        return _TEXTS[location] if shape.type == "string" else _SCALARS[shape.type]

    return of


_TEXTS = {
    "body": st.text(max_size=8),
    "querystring": st.text(max_size=8),
    "uri": st.text(min_size=1, max_size=8).filter(lambda text: not set(text) & set("\ud800")),
    "header": st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8),
}
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "blob": st.binary(min_size=1, max_size=8),
    "timestamp": st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
}
