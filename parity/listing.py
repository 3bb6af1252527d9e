"""`parity list` and `parity check`: what scenarios there are, and whether they are in order."""

from collections.abc import Iterator, Sequence

from parity.scenario import Scenario


def listed(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """A line for each scenario (id, number of steps, title, tags), and one that counts them."""
    width = max(len(scenario.id) for scenario in scenarios)
    for scenario in scenarios:
        tags = f"  [{', '.join(sorted(scenario.tags))}]" if scenario.tags else ""
        yield f"{scenario.id:<{width}}  {len(scenario.steps):>3}  {scenario.title}{tags}"
    yield counted(scenarios)


def counted(scenarios: Sequence[Scenario]) -> str:
    """ "3 scenarios, 14 steps"."""
    steps = sum(len(scenario.steps) for scenario in scenarios)
    return f"{number(len(scenarios), 'scenario')}, {number(steps, 'step')}"


def number(count: int, thing: str) -> str:
    """ "1 step", "2 steps"."""
    return f"{count} {thing}{'s' if count != 1 else ''}"
