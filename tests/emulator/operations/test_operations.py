"""Every operation of the service model stands in exactly one place."""

import gzip
import importlib.util
import json
from pathlib import Path

from emulator.operations import NOT_YET, OPERATIONS


def test_every_operation_of_the_model_is_there_or_not_yet():
    botocore = Path(importlib.util.find_spec("botocore").origin).parent
    model = json.loads(gzip.decompress((botocore / "data/lambda/2015-03-31/service-2.json.gz").read_bytes()))
    assert not OPERATIONS.keys() & NOT_YET
    assert OPERATIONS.keys() | NOT_YET == set(model["operations"])


def test_an_operation_is_named_as_aws_names_it():
    for name, handler in OPERATIONS.items():
        assert "".join(word.capitalize() for word in handler.__name__.split("_")) == name
