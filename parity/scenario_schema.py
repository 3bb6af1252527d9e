"""The JSON Schema of scenario files, for editors: completion and squiggles while a scenario is written.

It is made from the types of the format, so it says what they say. What it cannot say (references that meet nothing,
members that an operation does not have) `parity check` does.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from parity.scenario import TAGS, ScenarioFile

NAME = "scenario.schema.json"

_VARIABLE = {"type": "string", "pattern": r"^\$\{.+\}$"}
_KINDS = ("call", "http", "wait")
_WITH_VARIABLES = ("Step", "Http", "Wait")
_NEVER_A_VARIABLE = {"id", "each"}

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema, draft 7: the newest that the YAML servers of all editors read."""
    made = msgspec.json.schema(ScenarioFile)
    definitions: dict[str, Schema] = made["$defs"]
    for definition in definitions.values():
        properties = definition["properties"]
        definition["properties"] = {name: _without_null(described) for name, described in properties.items()}
    for name in _WITH_VARIABLES:
        properties = definitions[name]["properties"]
        properties |= {key: _or_variable(properties[key]) for key in properties.keys() - _NEVER_A_VARIABLE}
    definitions["Step"]["oneOf"] = [{"required": [kind]} for kind in _KINDS]
    definitions["ScenarioFile"]["properties"]["tags"]["items"] = {"enum": list(TAGS)}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A scenario of lambda-parity", **made}


def schema_text() -> str:
    """The schema as it stands in `scenarios/scenario.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(scenarios: Path) -> bool:
    """Brings the schema file of a scenarios folder up to date; whether that changed it."""
    path = scenarios / NAME
    text = schema_text()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def _without_null(member: Schema) -> Schema:
    """What is not given is left out; null stands for it inside the harness only."""
    alternatives = [each for each in member.get("anyOf", []) if each != {"type": "null"}]
    if len(alternatives) != 1:
        return member
    (only,) = alternatives
    return {**{key: value for key, value in member.items() if key not in ("anyOf", "default")}, **only}


def _or_variable(member: Schema) -> Schema:
    """Any member of a step can be a variable of `each`, and so of any type in the end."""
    free = member.keys() <= {"description", "default"} or (member.get("type") == "string" and "pattern" not in member)
    if free:
        return member
    about = {key: value for key, value in member.items() if key in ("description", "default")}
    kind = {key: value for key, value in member.items() if key not in about}
    return {**about, "anyOf": [*kind.pop("anyOf", []), *([kind] if kind else []), _VARIABLE]}
