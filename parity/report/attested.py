"""Shows what `parity attest` came to: which steps agree with a published recording, and what exactly was compared."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from rich.text import Text

from parity.attestation import ABSENT, Agreement, Attestation, AttestedStep
from parity.comparison import MISSING
from parity.report.page import Page
from parity.report.wording import many, value_text

_COLOURS = {
    "attested": "green",
    "confirmed": "green",
    "stronger": "green",
    "unclaimed": "yellow",
    "mismatch": "red",
    "refused": "red",
    "unlinked": "red",
}


def show(attestation: Attestation, page: Page | None = None, *, detailed: bool = False) -> None:
    """Prints what is wrong and the counts; `detailed` also what was compared in every step."""
    page = page or Page()
    for step in attestation.steps if detailed else attestation.wrong:
        _show_step(step, page, detailed=detailed)
    source = attestation.publication
    page.line(f"Compared with {source.repository} at {source.commit or 'an unknown commit'}")
    page.line(_headline(attestation), style="bold green" if attestation.exit_code == 0 else "bold red")


def _show_step(step: AttestedStep, page: Page, *, detailed: bool) -> None:
    page.line(Text.assemble((step.step, "bold"), "  ", (step.outcome, _COLOURS[step.outcome])))
    if step.link:
        page.line(f"{step.link.test} {step.link.key}", indent=2, style="dim")
    for line in [*([step.reason] if step.reason else []), *_lines(step.agreement, detailed=detailed)]:
        page.line(line, indent=2)


def _lines(agreement: Agreement | None, *, detailed: bool) -> Iterable[str]:
    if agreement is None:
        return
    for mismatch in agreement.mismatches:
        yield f"{mismatch.member}: AWS said {_side(mismatch.theirs)}, the snapshot says {_side(mismatch.ours)}"
    if detailed:
        yield f"the same: {', '.join(agreement.literal) or 'nothing'}"
        if agreement.kinds:
            yield f"of the same kind: {', '.join(agreement.kinds)}"
        left_out = "; ".join(f"{what} ({why})" for what, why in agreement.left_out.items())
        yield f"not compared: {left_out or 'nothing'}"


def _side(value: Any) -> str:
    return value_text(MISSING if value is ABSENT else value)


def _headline(attestation: Attestation) -> str:
    counts = Counter(step.outcome for step in attestation.steps)
    shown = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    written = f" · {many(len(attestation.written), 'snapshot')} changed" if attestation.written else ""
    return f"{many(len(attestation.steps), 'step')} with recordings: {shown or 'none'}{written}"


def as_json(attestation: Attestation) -> bytes:
    """Everything that was compared, as indented JSON. A side that has nothing is left out."""
    source = attestation.publication
    members = {
        "repository": source.repository,
        "commit": source.commit,
        "exit_code": attestation.exit_code,
        "steps": [_as_members(step) for step in attestation.steps],
    }
    return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"


def _as_members(step: AttestedStep) -> dict[str, Any]:
    agreement = step.agreement or Agreement()
    return {
        "id": step.step,
        "outcome": step.outcome,
        "reason": step.reason,
        "link": step.link,
        "recorded": step.recorded.date if step.recorded else None,
        "same": agreement.literal,
        "same_kind": agreement.kinds,
        "not_compared": agreement.left_out,
        "mismatches": [
            {"member": one.member}
            | {name: value for name, value in (("aws", one.theirs), ("snapshot", one.ours)) if value is not ABSENT}
            for one in agreement.mismatches
        ],
    }
