"""The lives of resources are tables; what a table does not name is refused."""

from datetime import UTC, datetime

import pytest

from emulator.resources import capacity_provider, durable_execution, event_source_mapping, provisioned_concurrency

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (capacity_provider.TRANSITIONS, capacity_provider.State),
        (durable_execution.TRANSITIONS, durable_execution.Status),
        (event_source_mapping.TRANSITIONS, event_source_mapping.State),
        (provisioned_concurrency.TRANSITIONS, provisioned_concurrency.Status),
    ],
)
def test_every_state_stands_in_its_table_and_can_be_reached(table, states):
    assert table.keys() == set(states)
    reached = {following for row in table.values() for following in row.values()}
    assert reached | {next(iter(states))} == set(states)


@pytest.mark.parametrize("state", event_source_mapping.State)
@pytest.mark.parametrize("event", event_source_mapping.Event)
def test_every_pair_of_a_mapping(state, event):
    mapping = event_source_mapping.EventSourceMapping(
        account_id="111111111111",
        region="us-east-1",
        event_source_arn="arn:aws:sqs:us-east-1:111111111111:q",
        function_arn="arn:aws:lambda:us-east-1:111111111111:function:fn",
        settings={},
        enabled=True,
        created=NOW,
        last_modified=NOW,
        state=state,
    )
    following = event_source_mapping.TRANSITIONS[state].get(event)
    assert mapping.allows(event) is (following is not None)
    if following is None:
        with pytest.raises(KeyError):
            mapping.meet(event, NOW)
    else:
        mapping.meet(event, NOW)
        assert mapping.state is following


def test_an_allocation_ends_once():
    provisioned = provisioned_concurrency.ProvisionedConcurrency("arn", 1, NOW)
    provisioned.complete()
    with pytest.raises(KeyError):
        provisioned.fail("FUNCTION_ERROR_INIT_FAILURE")
