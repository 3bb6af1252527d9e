"""What must hold of one step beyond its types: operations, members, outcomes and evidence that make sense together."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from parity.errors import did_you_mean
from parity.format_check import Misfit
from parity.lambda_model import exception_names, operation_names
from parity.member_check import input_misfits, is_list, output_misfit
from parity.references import UnresolvedReference, parse
from parity.scenario import ExpandedStep
from parity.value_forms import form_of
from parity.yaml_document import Way

_INVOKING = ("Invoke", "InvokeWithResponseStream")
_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+|\[\d*\])*")
_PATH_STEP = re.compile(r"([A-Za-z0-9_-]+)|\[(\d*)\]")

# An exception the model does not declare is fine (ValidationException is one); one that is nearly declared is a typo.
_UNDECLARED = (
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
)
_NEARLY = 0.9


def step_misfits(step: ExpandedStep) -> Iterator[Misfit]:
    """Everything about the step that cannot be meant, except its references (`reference_check`)."""
    for check in _CHECKS:
        yield from check(step)


def answer_misfit(step: ExpandedStep, way: Way) -> str | None:
    """Why no answer of the step can hold what `way` leads to, or None where one can."""
    if not way:
        return "expected a member of the answer, such as .headers.x-amzn-requestid"
    if step.operation is None or step.raises or way[0] == "headers" or step.operation not in operation_names():
        return None  # raw answers and errors are free in form
    return output_misfit(step.operation, way)


def path_of(text: str) -> Way | None:
    """The way that a path such as `Configuration.State` or `Functions[].Layers` takes, [] as 0; None if it is none."""
    if not _PATH.fullmatch(text):
        return None
    return tuple(member or int(index or 0) for member, index in _PATH_STEP.findall(text))


def _one_kind(step: ExpandedStep) -> Iterator[Misfit]:
    kinds = [
        kind for kind, given in (("call", step.call), ("http", step.http), ("wait", step.wait)) if given is not None
    ]
    if len(kinds) != 1:
        yield (
            (kinds[-1],) if kinds else (),
            f"expected exactly one of call, http and wait, found {' and '.join(kinds) or 'none'}",
        )
    if step.source.with_ and step.call is None:
        advice = "wait has a `with` of its own" if step.wait else "only a call has members"
        yield ("with",), f"`with` without call; {advice}"


def _operation(step: ExpandedStep) -> Iterator[Misfit]:
    operation, way = step.operation, _operation_way(step)
    if operation is None:
        return
    names = operation_names()
    if operation not in names:
        yield (*way, "call"), f"AWS Lambda has no operation `{operation}`{did_you_mean(operation, names)}"
        return
    for place, message in input_misfits(operation, step.with_):
        yield ((*way, "with", *place) if place else (*way, "call")), message


def _outcome(step: ExpandedStep) -> Iterator[Misfit]:
    if step.raises and step.raises not in (known := (*exception_names(), *_UNDECLARED)):
        hint = did_you_mean(step.raises, known, cutoff=_NEARLY)
        if hint:
            yield ("raises",), f"AWS Lambda has no `{step.raises}`{hint}"
    if step.function_error and step.operation not in _INVOKING:
        yield ("function_error",), f"`function_error` is an outcome of {' and '.join(_INVOKING)} only"
    if step.function_error and step.raises:
        yield (
            ("function_error",),
            "`function_error` and `raises` exclude each other: an invocation that fails was answered",
        )


def _waiting(step: ExpandedStep) -> Iterator[Misfit]:
    if step.wait is None:
        return
    for key, given in (("raises", step.raises), ("parallel", step.parallel > 1)):
        if given:
            yield (key,), f"`{key}` does not go with wait"
    yield from _paths(step, list(step.wait.until), ("wait", "until"), lambda _index, path: (path,))


def _unordered(step: ExpandedStep) -> Iterator[Misfit]:
    yield from _paths(step, step.source.unordered, ("unordered",), lambda index, _path: (index,), must_be_list=True)


def _own(step: ExpandedStep) -> Iterator[Misfit]:
    yield from _paths(step, step.source.own, ("own",), lambda index, _path: (index,), must_be_list=True)


def _paths(
    step: ExpandedStep, paths: list[str], way: Way, place: Callable[[int, str], Way], *, must_be_list: bool = False
) -> Iterator[Misfit]:
    for index, path in enumerate(paths):
        there = (*way, *place(index, path))
        route = path_of(path)
        if route is None:
            yield there, f"`{path}` is no path; expected the form Configuration.State or Functions[0].State"
        elif wrong := answer_misfit(step, route):
            yield there, wrong
        elif must_be_list and _is_known(step) and not is_list(str(step.operation), route):
            yield there, f"`{path}` is no list in the answer of {step.operation}"


def _is_known(step: ExpandedStep) -> bool:
    return step.raises is None and step.operation in operation_names()


def _evidence(step: ExpandedStep) -> Iterator[Misfit]:
    evidence = step.evidence
    if evidence is None:
        return
    if evidence.published is None and evidence.documented is None:
        yield ("evidence",), "evidence is empty; expected `published` or `documented`"
    if evidence.published is None:
        return
    published, way = evidence.published, ("evidence", "published")
    if published.file.endswith(".json"):
        yield (*way, "file"), f"expected the file's name without .snapshot.json, found `{published.file}`"
    if ".py" in published.test:
        yield (*way, "test"), f"expected what follows the first `::` of the test id, found `{published.test}`"


def _prose(step: ExpandedStep) -> Iterator[Misfit]:
    """Texts that nobody resolves: only the variables of each, which are bound by now, can stand in them."""
    published = step.evidence.published if step.evidence else None
    prose: list[tuple[Way, str | None]] = [(("says",), step.says)]
    if published:
        prose += [(("evidence", "published", key), getattr(published, key)) for key in ("file", "test", "key")]
    for way, text in prose:
        if text and _has_reference(text):
            yield way, f"only variables of `each` can stand here, found {text}"


def _has_reference(text: str) -> bool:
    try:
        return any(not isinstance(part, str) for part in parse(text))
    except UnresolvedReference:
        return True


def _forms(step: ExpandedStep) -> Iterator[Misfit]:
    yield from _form_misfits(step.with_, (*_operation_way(step), "with"))
    if step.http:
        yield from _form_misfits(step.http.body, ("http", "body"))
        if step.http.url is not None and not _has_reference(step.http.url):
            yield ("http", "url"), "expected a URL of an earlier answer, such as `${url.FunctionUrl}`"


def _form_misfits(value: Any, way: Way) -> Iterator[Misfit]:
    if isinstance(value, dict):
        form = form_of(value)
        if form and (wrong := form.misfit(value)):
            yield way, wrong
        for key, item in value.items():
            yield from _form_misfits(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _form_misfits(item, (*way, index))


def _operation_way(step: ExpandedStep) -> Way:
    return ("wait",) if step.wait else ()


_CHECKS = (_one_kind, _operation, _outcome, _waiting, _unordered, _own, _evidence, _prose, _forms)
