"""The service model's constraints on a request, checked and reported as AWS does.

All violations of a request are reported at once, in one ValidationException: `2 validation errors detected: Value
'x' at 'qualifier' failed to satisfy constraint: …; Value null at 'role' failed to …`. A member is named by its path
in lower camel case (`vpcConfig.subnetIds`), a member of a structure in a list with its number
(`fileSystemConfigs.1.member.arn`), and a list or map of single values is reported as a whole. The sentences and
their evidence: shared/reference, validation.md §2, and `printed_forms.py` for what differs from the model.

Members are checked in the reverse of the model's order, which agrees with every sentence with two violations that
is recorded (test_layer_exceptions: compatibleRuntimes first; test_function_name_and_qualifier_validation: qualifier
first).

An operation's checks are compiled once, to closures over just the members that have constraints.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from emulator.errors import ValidationException
from emulator.protocol.constraints import NOT_NULL, constraints_of
from emulator.protocol.java_printing import printed
from emulator.protocol.model import Operation, ServiceModel
from emulator.protocol.printed_forms import NOT_VALIDATED, NULLABLE_ELEMENTS, PLAIN_ELEMENTS

Check = Callable[[Any, str, list[str]], None]  # value, path; appends a sentence for each violation


class _Requirement(NamedTuple):
    """What each element of a list, or each key or value of a map, has to satisfy, as one printed list."""

    texts: tuple[str, ...]
    holds: Callable[[Any], bool]


class Validator:
    """Checks the input of one operation."""

    def __init__(self, model: ServiceModel, operation: Operation) -> None:
        self._model = model
        self._operation = operation.name
        self._check = self._structure(operation.input, operation.name)

    def validate(self, given: dict[str, Any]) -> None:
        """Raises ValidationException with every violation in `given`, an input as `parsing` makes it."""
        sentences: list[str] = []
        self._check(given, "", sentences)
        if sentences:
            raise ValidationException.violations(sentences)

    # --- Compiling: each method returns the check of one shape ---

    def _structure(self, name: str, where: str) -> Check:
        shape = self._model.shapes[name]
        rows = []
        for member_name, member in reversed(shape.members.items()):
            inner = f"{where}.{member_name}"
            if inner in NOT_VALIDATED:
                continue
            check = self._check_of(member.shape, inner)
            required = member_name in shape.required
            if check or required:
                rows.append((member_name, _lower_first(member_name), required, check))

        def check_structure(given: dict[str, Any], path: str, sentences: list[str]) -> None:
            for member, label, required, check in rows:
                value = given.get(member)
                if value is None:
                    if required:
                        sentences.append(f"Value null at '{path}{label}' failed to satisfy constraint: {NOT_NULL}")
                elif check is not None:
                    check(value, path + label, sentences)

        return check_structure

    def _check_of(self, name: str, where: str) -> Check | None:
        """The check of one member; None if its shape has no constraints at all."""
        shape = self._model.shapes[name]
        if shape.type == "structure":
            inner = self._structure(name, where)
            return lambda value, path, sentences: inner(value, path + ".", sentences)
        checks = [check for check in (self._own(name, where), self._inside(name, where)) if check]
        if len(checks) < 2:
            return checks[0] if checks else None
        first, second = checks

        def check_both(value: Any, path: str, sentences: list[str]) -> None:
            first(value, path, sentences)
            second(value, path, sentences)

        return check_both

    def _own(self, name: str, where: str) -> Check | None:
        """Checks a single value, or the size of a list or map: one sentence for each constraint."""
        constraints = constraints_of(self._model.shapes[name], name, where)
        if not constraints:
            return None

        def check_own(value: Any, path: str, sentences: list[str]) -> None:
            for text, holds in constraints:
                if not holds(value):
                    sentences.append(self._sentence(value, name, path, text))

        return check_own

    def _inside(self, name: str, where: str) -> Check | None:
        """Checks what a list or map holds; None for a single value."""
        shape = self._model.shapes[name]
        if shape.member is not None:
            return self._elements(name, shape.member.shape, where)
        if shape.key is not None and shape.value is not None:
            return self._entries(name, shape.key.shape, shape.value.shape, where)
        return None

    def _elements(self, name: str, element: str, where: str) -> Check:
        if self._model.shapes[element].type == "structure":
            return self._structures_in_list(element, where)
        texts, holds = self._requirement(element, where)
        if name in PLAIN_ELEMENTS:
            text = texts[0]
        else:
            ending = () if name in NULLABLE_ELEMENTS else (NOT_NULL,)
            text = f"Member must satisfy constraint: [{', '.join((*texts, *ending))}]"

        def check_elements(values: list[Any], path: str, sentences: list[str]) -> None:
            if not all(map(holds, values)):
                sentences.append(self._sentence(values, name, path, text))

        return check_elements

    def _structures_in_list(self, element: str, where: str) -> Check:
        check = self._structure(element, where)

        def check_structures(values: list[Any], path: str, sentences: list[str]) -> None:
            for number, value in enumerate(values, start=1):
                if value is None:
                    sentences.append(f"Value null at '{path}.{number}.member' failed to satisfy constraint: {NOT_NULL}")
                else:
                    check(value, f"{path}.{number}.member.", sentences)

        return check_structures

    def _entries(self, name: str, key: str, value: str, where: str) -> Check:
        keys, values = self._requirement(key, where), self._requirement(value, where)

        def check_entries(entries: dict[str, Any], path: str, sentences: list[str]) -> None:
            # [issues: trek10inc/serverless-secrets#39, 2018, for keys; cloud-custodian#2520, 2018, for values]
            if not all(map(keys.holds, entries)):
                texts = ", ".join(keys.texts)
                sentences.append(self._sentence(entries, name, path, f"Map keys must satisfy constraint: [{texts}]"))
            if not all(map(values.holds, entries.values())):
                texts = ", ".join(values.texts or (NOT_NULL,))
                sentences.append(self._sentence(entries, name, path, f"Map value must satisfy constraint: [{texts}]"))

        return check_entries

    def _requirement(self, name: str, where: str) -> _Requirement:
        """What one element has to satisfy: its own constraints, after those of its own elements if it is a list."""
        shape = self._model.shapes[name]
        constraints = constraints_of(shape, name, where)
        texts = tuple(constraint.text for constraint in constraints)
        tests = [constraint.holds for constraint in constraints]
        if shape.member is not None:
            inner = self._requirement(shape.member.shape, where)
            texts = (f"Member must satisfy constraint: [{', '.join(inner.texts)}]", *texts)
            tests.append(lambda values: all(map(inner.holds, values)))
        return _Requirement(texts, lambda value: value is not None and all(test(value) for test in tests))

    def _sentence(self, value: Any, name: str, path: str, text: str) -> str:
        # A value that may be secret is left out [issues: trek10inc/serverless-secrets#39, 2018].
        shown = "" if self._model.shapes[name].sensitive else f" '{printed(self._model, name, value)}'"
        return f"Value{shown} at '{path}' failed to satisfy constraint: {text}"


def _lower_first(name: str) -> str:
    # `KMSKeyArn` is `kMSKeyArn` [issues: highsource/bitcoin-a-day#1, 2017].
    return name[:1].lower() + name[1:]
