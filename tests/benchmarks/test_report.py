"""The table, the file and the plot of one run."""

import io
import json
import socket
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from benchmarks.candidates.lambda_api import Endpoint
from benchmarks.candidates.mirror import Mirror
from benchmarks.http_client import MeasuringError
from benchmarks.report.plot import draw
from benchmarks.report.record import make_record
from benchmarks.report.table import show, value_text
from benchmarks.running import Results
from benchmarks.targets import judge

RESULTS = Results(
    values={
        "warm_p50": {"ours": 0.3, "127.0.0.1:4574": 0.9, "client": 0.03},
        "throughput_8": {"ours": 6543.21, "127.0.0.1:4574": 1000},
    },
    failures={"warm calls, 32 clients": {"127.0.0.1:4574": "the connection was closed"}},
)


@pytest.fixture
def record():
    ours = Endpoint("http://127.0.0.1:1")
    ours.name = "ours"
    candidates = [ours, Endpoint("http://127.0.0.1:4574"), Mirror()]
    return make_record(RESULTS, candidates, {"RIE": "it cannot be had"}, "full")


def test_the_table_shows_values_failures_and_targets(record):
    output = io.StringIO()
    show(Console(file=output, width=150), record, judge(RESULTS.values))
    text = output.getvalue()
    for expected in ("0.300 ms", "6,543 /s", "RIE is left out: it cannot be had.", "the connection was closed"):
        assert expected in text
    assert "not measured" in text


def test_the_file_is_json_and_does_not_name_the_machine(record):
    text = json.dumps(record)
    assert json.loads(text)["values"]["throughput_8"]["ours"] == 6543
    assert socket.gethostname() not in text or len(socket.gethostname()) < 4
    assert str(Path.home()) not in text
    assert str(Path.cwd()) not in text


def test_the_plot_is_an_image_with_every_value_but_our_clients(record):
    svg = ElementTree.fromstring(draw(record))
    texts = {element.text for element in svg.iter() if element.tag.endswith("}text")}
    assert {"0.300 ms", "0.900 ms", "6,543 /s", "ours"} <= texts
    assert "0.030 ms" not in texts
    assert not [element for element in svg.iter() if element.get("href")]  # nothing from elsewhere


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "ms", "–"),
        (0.4123, "ms", "0.412 ms"),
        (31.26, "ms", "31.3 ms"),
        (6851.2, "ms", "6,851 ms"),
        (918.4, "/s", "918 /s"),
        (8.71, "MB", "8.7 MB"),
    ],
)
def test_values_in_words(value, unit, expected):
    assert value_text(value, unit) == expected


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "http://lambda.us-east-1.amazonaws.com"])
def test_what_cannot_be_measured_is_refused(url):
    with pytest.raises(MeasuringError):
        Endpoint(url)
