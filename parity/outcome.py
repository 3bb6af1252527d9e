"""Decides whether a scenario run is fit to be recorded: did each step end the way the scenario says?

A scenario names the class of each outcome (success, an exception, a function error) and leaves the rest to the
snapshot. A run that ends otherwise shows a broken scenario, missing rights or a bad day: nothing to be held against
anyone.
"""

from collections.abc import Iterator

from parity.error_answers import error_code, is_about_credentials, is_throttled, message
from parity.observation import Answer, Observation, ScenarioRun
from parity.scenario import ExpandedStep, Scenario

_FUNCTION_ERROR = "x-amz-function-error"


def misfits(scenario: Scenario, run: ScenarioRun) -> list[str]:
    """Why the run may not be recorded, one line for each reason that names the step; empty where it may."""
    return list(_misfits(scenario, run))


def lost_credentials(scenario: Scenario, run: ScenarioRun) -> str | None:
    """The first answer that says the credentials are no longer good, unless the scenario asks for just that."""
    for observation in run.observations:
        for answer in observation.answers:
            code = error_code(answer)
            if is_about_credentials(code) and code != scenario.step(observation.step).raises:
                return f"{code}: {message(answer)}"
    return None


def _misfits(scenario: Scenario, run: ScenarioRun) -> Iterator[str]:
    if run.failure:
        yield f"{scenario.id}: {run.failure}"
    for step, reason in (run.not_asked | run.extra.get("unmet", {})).items():
        yield f"{scenario.id}#{step}: {reason}"
    for observation in run.observations:
        misfit = _misfit(scenario.step(observation.step), observation)
        if misfit:
            yield f"{scenario.id}#{observation.step}: {misfit}"


def _misfit(step: ExpandedStep, observation: Observation) -> str | None:
    """Why the answers are not of the step's class. Of `parallel` answers with `raises`, one exception is enough."""
    wrong = [answer for answer in observation.answers if not _fits(step, answer)]
    some_are_enough = step.raises and step.parallel > 1 and len(wrong) < len(observation.answers)
    if not wrong or (some_are_enough and all(_is_success(answer) for answer in wrong)):
        return None
    return f"expected {_expected(step)}, but the answer was {_described(wrong[0])}"


def _fits(step: ExpandedStep, answer: Answer) -> bool:
    if step.raises:
        return error_code(answer) == step.raises
    return _is_success(answer) and answer.headers.get(_FUNCTION_ERROR) == step.function_error


def _is_success(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def _expected(step: ExpandedStep) -> str:
    if step.raises:
        return step.raises
    return f"the function error {step.function_error}" if step.function_error else "success"


def _described(answer: Answer) -> str:
    if _is_success(answer):
        error = answer.headers.get(_FUNCTION_ERROR)
        return f"{answer.status} with the function error {error}" if error else str(answer.status)
    said = message(answer)
    why = " (throttled)" if is_throttled(answer) else ""
    return f"{answer.status} {error_code(answer) or 'without an error type'}{why}" + (f": {said}" if said else "")
