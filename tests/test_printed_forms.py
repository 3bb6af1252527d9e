"""What AWS prints differently from its model stands twice, once for each product, and must not drift apart.

The emulator may not read the harness's data nor the harness the emulator's: each would then measure itself. So both
have a table with evidence of their own, and this test is where the two meet.
"""

from emulator import quotas
from emulator.protocol import printed_forms as emulators
from emulator.protocol.model import load_model
from parity.probing.printed_forms import printed_forms

OURS = printed_forms()


def test_enumerations():
    model = load_model()
    ours = {name: tuple(enum.values.split()) for name, enum in OURS.enums.items()}
    theirs = {name: enum.values for name, enum in emulators.ENUMS.items()}
    assert {name: values for name, values in ours.items() if name in theirs} == theirs
    for name, values in ours.items():
        if name not in theirs:  # recorded, and the same as the model's
            assert values == model.shapes[name].enum


def test_patterns():
    assert {name: pattern.printed for name, pattern in OURS.patterns.items()} == {
        name: pattern.pattern for name, pattern in emulators.PATTERNS.items()
    }


def test_lists_and_members():
    assert OURS.nullable_elements == emulators.NULLABLE_ELEMENTS
    assert OURS.plain_elements == emulators.PLAIN_ELEMENTS
    assert OURS.by_service == emulators.NOT_VALIDATED


def test_sizes_of_requests():
    sizes = {operation: limit.most for operation, limit in OURS.request_sizes.items()}
    assert sizes.items() <= quotas.REQUEST_SIZES.items()


def test_limits_of_ordinary_functions():
    assert {name: limit.most for name, limit in OURS.lowered.items()} == {
        "MemorySize": quotas.MEMORY_MB,
        "Timeout": quotas.TIMEOUT_SECONDS,
        "EphemeralStorageSize": quotas.EPHEMERAL_STORAGE_MB,
    }
