"""How much Hypothesis tries: little and always the same in a test run, as much as is asked for with PARITY_DEPTH."""

import os
from typing import Any

from hypothesis import HealthCheck, settings

DEPTH = int(os.environ.get("PARITY_DEPTH", "1"))  # how many times as many examples; above 1 they are random


def as_deep_as_asked(examples: int, **others: Any) -> settings:
    """Settings for a property that is to see `examples` in an ordinary run."""
    return settings(
        max_examples=examples * DEPTH,
        deadline=None,
        derandomize=DEPTH == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
        **others,
    )
