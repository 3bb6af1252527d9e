"""Every operation, with any request that the service model allows, on a world that has something of everything: it is
answered in a form that the model allows, with an exception that the operation declares if it is refused, and never
with a failure of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol.model import load_model
from tests.emulator.model_wide.api import Api
from tests.emulator.model_wide.depth import as_deep_as_asked
from tests.emulator.model_wide.populated import populate
from tests.emulator.model_wide.valid_inputs import inputs

REQUESTS = 5  # in a row, so that what one of them did meets the next


@pytest.mark.parametrize("operation", sorted(load_model().operations))
def test_a_valid_request_is_answered_as_the_model_allows(api: Api, operation: str):
    @as_deep_as_asked(examples=3)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        api.begin_anew()
        known = populate(api)
        for _ in range(REQUESTS):
            api.call(operation, **data.draw(inputs(operation, known)))
            api.wait(data.draw(st.sampled_from([0.0, 10.0])))

    check()
