"""The results as a plot: a self-contained SVG of bars, one panel for each group of metrics of one unit.

Each panel has a scale of its own, from zero. The colours hold on white and on black, for pages of either kind.
"""

from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.report.record import Record
from benchmarks.report.table import value_text

_PANELS = (
    ("Warm call (less is better)", ("warm_p50", "warm_p99")),
    ("Warm calls per second (more is better)", ("throughput_1", "throughput_8", "throughput_32")),
    ("Cold start (less is better)", ("cold_function", "cold_environment", "first_next")),
    ("Bursts (less is better)", ("burst_first", "burst_second")),
    ("Start-up (less is better)", ("start",)),
    ("Idle memory (less is better)", ("server_memory", "environment_memory")),
    (
        "Control plane (more is better)",
        ("get_function_1", "get_function_16", "create_delete_1", "create_delete_16"),
    ),
)
_COLOURS = ("#0f8a5f", "#8a8f98", "#d9822b", "#5c7cfa", "#c2528b", "#7a5cc2")
_NOT_SHOWN = ("client",)  # measures our own client; its bars would dwarf all others

_WIDTH, _LABELS, _BARS, _BAR, _GAP = 860, 290, 430, 15, 10
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px } .small { font-size: 12px }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
"""


def draw(record: Record) -> str:
    """The text of the SVG file."""
    names = [name for name in record["candidates"] if name not in _NOT_SHOWN and _has_values(record, name)]
    parts, y = list(_legend(record, names)), 64
    for title, metrics in _PANELS:
        measured = [metric for metric in metrics if set(record["values"].get(metric, {})) & set(names)]
        if measured:
            parts.append(f'<text class="title" x="0" y="{y}">{escape(title)}</text>')
            y += 14
            for part, height in _panel(record, measured, names, y):
                parts.append(part)
                y += height
            y += 24
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -8 {_WIDTH} {y}" width="{_WIDTH}" height="{y}">\n'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _has_values(record: Record, name: str) -> bool:
    return any(name in by_candidate for by_candidate in record["values"].values())


def _legend(record: Record, names: Sequence[str]) -> Iterator[str]:
    machine = record["machine"]
    about = f"{machine['processors']} × {machine['processor']}, {machine['system']}, Python {machine['python']}"
    yield f'<text class="small" x="0" y="10">{escape(about)}, {record["date"]}</text>'
    x = 0
    for name in names:
        yield f'<rect x="{x}" y="22" width="12" height="12" rx="2" fill="{_colour(names, name)}"/>'
        yield f'<text x="{x + 18}" y="33">{escape(name)}</text>'
        x += 44 + 8 * len(name)


def _panel(record: Record, metrics: Sequence[str], names: Sequence[str], y: int) -> Iterator[tuple[str, int]]:
    """The bars of a panel, each with the height that it takes."""
    values = {metric: record["values"][metric] for metric in metrics}
    longest = max(value for by_candidate in values.values() for name, value in by_candidate.items() if name in names)
    for metric in metrics:
        meta = record["metrics"][metric]
        bars = [name for name in names if name in values[metric]]
        yield f'<text class="small" x="0" y="{y + 12}">{escape(meta["title"])}</text>', 0
        for name in bars:
            value = values[metric][name]
            width = max(_BARS * value / longest, 1)
            said = value_text(value, meta["unit"])
            yield (
                f'<rect x="{_LABELS}" y="{y}" width="{width:.1f}" height="{_BAR - 3}" rx="2" '
                f'fill="{_colour(names, name)}"><title>{escape(f"{name}: {said}")}</title></rect>'
                f'<text class="small" x="{_LABELS + width + 6:.1f}" y="{y + 10}">{escape(said)}</text>',
                _BAR,
            )
            y += _BAR
        yield "", _GAP
        y += _GAP


def _colour(names: Sequence[str], name: str) -> str:
    return _COLOURS[names.index(name) % len(_COLOURS)]
