"""The report as JUnit XML: a suite for each scenario, a case for each step, a failure where it differs."""

import re
import xml.etree.ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from parity.comparison import Difference
from parity.report import Report, ScenarioResult, StepResult
from parity.report.wording import CANDIDATE, notes, value_text, who_said

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> bytes:
    """The report as UTF-8 XML, in the form that CI systems read."""
    suites = Element("testsuites", name=f"parity with {report.target}", time=f"{report.duration:.3f}")
    for scenario in report.scenarios:
        suites.append(_suite(scenario))
    if report.gone or report.about_nothing:
        suites.append(_lists(report))
    ET.indent(suites, " ")
    document: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(scenario: ScenarioResult) -> Element:
    failures = sum(step.status == "different" for step in scenario.steps)
    errors = sum(step.status == "not asked" for step in scenario.steps)
    suite = Element(
        "testsuite",
        name=scenario.scenario,
        tests=str(len(scenario.steps)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(sum(step.status in ("skipped", "not judged") for step in scenario.steps)),
        time=f"{scenario.duration:.3f}",
    )
    for step in scenario.steps:
        suite.append(_case(step, scenario))
    return suite


def _case(step: StepResult, scenario: ScenarioResult) -> Element:
    name = step.step.removeprefix(scenario.scenario)[1:]
    case = Element("testcase", classname=scenario.scenario, name=_clean(name))
    if scenario.path is not None:
        case.attrib |= {"file": scenario.path.as_posix(), "line": str(step.line)}
    if step.status == "different":
        count = len(step.differences)
        message = f"{count} difference{'s' if count > 1 else ''}: {', '.join(one.path for one in step.differences)}"
        said = [*([step.says] if step.says else []), *(_difference(one, step) for one in step.differences)]
        body = "\n".join([*said, *([step.asked] if step.asked else [])])
        SubElement(case, "failure", message=_clean(message), type=step.evidence).text = _clean(body)
    elif step.status == "not asked":
        SubElement(case, "error", message=_clean(step.reason or scenario.failure or "not asked"))
    elif step.status == "skipped":
        SubElement(case, "skipped", message=_clean(scenario.skipped or ""))
    elif step.status == "not judged":
        SubElement(case, "skipped", message=f"its evidence ({step.evidence}) is too weak to count")
    return case


def _difference(difference: Difference, step: StepResult) -> str:
    return (
        f"{difference.path}\n"
        f"  {who_said(difference.evidence, step)}: {value_text(difference.expected)}\n"
        f"  {CANDIDATE}: {value_text(difference.actual)}"
    )


def _lists(report: Report) -> Element:
    """What is wrong without being wrong in any one step."""
    said = [note for note in notes(report) if "known difference" in note]
    suite = Element("testsuite", name="lists", tests=str(len(said)), failures=str(len(said)))
    for note in said:
        SubElement(SubElement(suite, "testcase", classname="lists", name=_clean(note)), "failure", message=_clean(note))
    return suite


def _clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
