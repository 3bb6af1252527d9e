"""The store keeps accounts and regions apart."""

from datetime import UTC, datetime

from emulator.resources.code import CodePackage
from emulator.resources.layer import Layer, LayerVersion
from emulator.resources.store import Store


def layer_of(*sizes: int) -> Layer:
    layer = Layer("a")
    for size in sizes:
        code = CodePackage(bytes(size), "", size)
        layer.add(LayerVersion("1" * 12, "us-east-1", "a", layer.next_number(), code, datetime.now(UTC)))
    return layer


def test_the_same_resources_come_back_and_others_stay_apart():
    store = Store()
    here = store.region("1" * 12, "us-east-1")
    here.layers["a"] = layer_of(10)
    assert store.region("1" * 12, "us-east-1") is here
    assert not store.region("2" * 12, "us-east-1").layers
    assert not store.region("1" * 12, "eu-west-1").layers


def test_another_account_is_found_in_the_same_region_once_it_has_something():
    store = Store()
    here = store.region("1" * 12, "us-east-1")
    store.region("2" * 12, "eu-west-1")
    assert here.of_account("2" * 12) is None
    assert here.of_account("2" * 12) is None  # asking makes nothing
    there = store.region("2" * 12, "us-east-1")
    assert here.of_account("2" * 12) is there


def test_layers_count_towards_the_code_size():
    resources = Store().region("1" * 12, "us-east-1")
    assert (resources.total_code_size(), resources.reserved_concurrency()) == (0, 0)
    resources.layers["a"] = layer_of(10, 5)
    assert resources.total_code_size() == 15
