"""All measures, in the order in which they run and are shown."""

from benchmarks.measures.burst import Burst
from benchmarks.measures.cold_start import ColdStart
from benchmarks.measures.control_plane import CreateAndDelete, GetFunction
from benchmarks.measures.measure import Measure, Metric
from benchmarks.measures.start_up import StartUp
from benchmarks.measures.warm import Throughput, WarmLatency

__all__ = ["MEASURES", "METRICS", "Measure", "Metric"]

MEASURES: tuple[Measure, ...] = (
    StartUp(),
    WarmLatency(),
    *(Throughput(clients) for clients in (1, 8, 32)),
    ColdStart(),
    Burst(),
    *(GetFunction(clients) for clients in (1, 16)),
    *(CreateAndDelete(clients) for clients in (1, 16)),
)
METRICS: dict[str, Metric] = {metric.name: metric for measure in MEASURES for metric in measure.metrics}
