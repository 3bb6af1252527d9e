"""All probes of the first seed, made once in a process."""

from parity.probing.catalogue import all_probes
from parity.probing.probe import Probe

PROBES: dict[str, Probe] = {probe.id: probe for probe in all_probes()}
