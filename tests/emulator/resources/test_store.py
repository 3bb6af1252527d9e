"""The store keeps accounts and regions apart."""

from emulator.resources.layer import LayerVersion
from emulator.resources.store import Store


def test_the_same_resources_come_back_and_others_stay_apart():
    store = Store()
    here = store.region("1" * 12, "us-east-1")
    here.layers["a"] = {1: LayerVersion("arn", code_size=10, unzipped_size=20)}
    assert store.region("1" * 12, "us-east-1") is here
    assert not store.region("2" * 12, "us-east-1").layers
    assert not store.region("1" * 12, "eu-west-1").layers


def test_layers_count_towards_the_code_size():
    resources = Store().region("1" * 12, "us-east-1")
    assert (resources.total_code_size(), resources.reserved_concurrency()) == (0, 0)
    resources.layers["a"] = {1: LayerVersion("arn", 10, 20), 2: LayerVersion("arn", 5, 20)}
    assert resources.total_code_size() == 15
