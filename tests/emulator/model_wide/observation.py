"""All that a caller can learn of a region by reading, as one value: two observations are equal if nothing has changed.

Reading is a check of its own: whatever a list names must be there when it is asked for by name, and must look the same.
"""

from typing import Any

from tests.emulator.model_wide.api import Api
from tests.emulator.model_wide.valid_inputs import Known

# Lists leave these out (functions.md §1); everything else in them is what Get says.
_NOT_LISTED = frozenset(
    {
        *("State", "StateReason", "StateReasonCode", "RuntimeVersionConfig"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
    }
)
_PAGE = 2  # entries, so that what is listed comes in pages

Observed = dict[str, Any]


def observe(api: Api) -> Observed:
    """Everything, by the kind of resource and its name. Raises AssertionError where two ways of reading differ."""
    functions = [entry["FunctionName"] for entry in _all(api, "ListFunctions", "Functions")]
    layers = [entry["LayerName"] for entry in _all(api, "ListLayers", "Layers")]
    return {
        "functions": {name: _function(api, name) for name in functions},
        "layers": {name: _layer(api, name) for name in layers},
        "mappings": {
            entry["UUID"]: _same(api, entry, "GetEventSourceMapping", UUID=entry["UUID"])
            for entry in _all(api, "ListEventSourceMappings", "EventSourceMappings")
        },
        "code_signing_configs": {
            arn: _code_signing_config(api, entry, arn)
            for entry in _all(api, "ListCodeSigningConfigs", "CodeSigningConfigs")
            if (arn := entry["CodeSigningConfigArn"])
        },
        "capacity_providers": {
            name: _capacity_provider(api, entry, name)
            for entry in _all(api, "ListCapacityProviders", "CapacityProviders")
            if (name := entry["CapacityProviderArn"].rpartition(":")[2])
        },
        "durable_executions": {
            arn: api.must("GetDurableExecution", DurableExecutionArn=arn) | {"history": _history(api, arn)}
            for name in functions
            for entry in _all(api, "ListDurableExecutionsByFunction", "DurableExecutions", FunctionName=name)
            if (arn := entry["DurableExecutionArn"])
        },
        "settings": api.must("GetAccountSettings"),
    }


def known_from(observed: Observed) -> Known:
    """What of it a caller can name."""
    functions = observed["functions"]
    qualified = [
        (name, qualifier)
        for name, function in functions.items()
        for qualifier in (*function["versions"], *function["aliases"])
    ]
    layer_versions = [arn for layer in observed["layers"].values() for arn in layer["versions"]]
    return Known(
        functions=list(functions),
        qualified=qualified,
        layers=list(observed["layers"]),
        layer_versions=layer_versions,
        mappings=list(observed["mappings"]),
        code_signing_configs=list(observed["code_signing_configs"]),
        capacity_providers=list(observed["capacity_providers"]),
        durable_executions=list(observed["durable_executions"]),
        revision_ids=list(revision_ids(observed).values()),
    )


def revision_ids(observed: Observed) -> dict[tuple[str, ...], str]:
    """Every RevisionId there is, by what it is of: a version, an alias, or a policy."""
    found: dict[tuple[str, ...], str] = {}
    for name, function in observed["functions"].items():
        for number, version in function["versions"].items():
            found["version", name, number] = version["RevisionId"]
        for alias_name, alias in function["aliases"].items():
            found["alias", name, alias_name] = alias["RevisionId"]
        for qualifier, policy in function["policies"].items():
            found["policy", name, qualifier] = policy["RevisionId"]
    for layer in observed["layers"].values():
        for arn, version in layer["versions"].items():
            if version["policy"]:
                found["layer policy", arn] = version["policy"]["RevisionId"]
    return found


def _all(api: Api, operation: str, key: str, **members: Any) -> list[Any]:
    """All entries of a list, page by page; they are those of one page that holds them all."""
    entries: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        shown = api.must(operation, MaxItems=_PAGE, **marker, **members)
        entries += shown[key]
        assert len(shown[key]) <= _PAGE
        if "NextMarker" not in shown:
            break
        marker = {"Marker": shown["NextMarker"]}
    whole = api.must(operation, **members)
    assert "NextMarker" in whole or whole[key] == entries
    return entries


def _same(api: Api, entry: dict[str, Any], operation: str, **members: Any) -> dict[str, Any]:
    """The resource itself, which has everything that the list says of it."""
    got = api.must(operation, **members)
    assert entry.items() <= got.items(), f"{operation}({members}): the list says {entry}, and it is {got}"
    return got


def _maybe(api: Api, operation: str, **members: Any) -> dict[str, Any] | None:
    """What is configured, None where nothing is."""
    answer = api.call(operation, **members)
    assert answer.status in (200, 404), f"{operation}({members}): {answer}"
    return answer.members if answer.is_success else None


def _function(api: Api, name: str) -> Observed:
    of = {"FunctionName": name}
    got = api.must("GetFunction", **of)
    got["Code"].pop("Location", None)  # a new link each time
    listed = _all(api, "ListVersionsByFunction", "Versions", **of)
    versions = {}
    for entry in listed:
        version = _same(api, entry, "GetFunctionConfiguration", **of, Qualifier=entry["Version"])
        assert version.keys() - entry.keys() <= _NOT_LISTED
        versions[entry["Version"]] = version
    assert got["Configuration"] == versions["$LATEST"] | {"FunctionArn": got["Configuration"]["FunctionArn"]}
    aliases = {
        entry["Name"]: _same(api, entry, "GetAlias", **of, Name=entry["Name"])
        for entry in _all(api, "ListAliases", "Aliases", **of)
    }
    for alias in aliases.values():
        assert alias["FunctionVersion"] in versions, "an alias of a version that is not there"
    qualifiers = [name for name in (*versions, *aliases) if name != "$LATEST"]
    return {
        "function": got,
        "versions": versions,
        "aliases": aliases,
        "policies": {
            qualifier: policy
            for qualifier in (None, *qualifiers)
            if (policy := _maybe(api, "GetPolicy", **of, **({"Qualifier": qualifier} if qualifier else {})))
        },
        "concurrency": api.must("GetFunctionConcurrency", **of),
        "event_invoke_configs": [
            _same(api, entry, "GetFunctionEventInvokeConfig", FunctionName=entry["FunctionArn"])
            for entry in _all(api, "ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", **of)
        ],
        "urls": [
            _same(api, entry, "GetFunctionUrlConfig", FunctionName=entry["FunctionArn"])
            for entry in _all(api, "ListFunctionUrlConfigs", "FunctionUrlConfigs", **of)
        ],
        "provisioned": [
            _provisioned(api, name, entry)
            for entry in _all(api, "ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs", **of)
        ],
        "recursion": api.must("GetFunctionRecursionConfig", **of),
        "code_signing": api.must("GetFunctionCodeSigningConfig", **of),
        "runtime": api.must("GetRuntimeManagementConfig", **of),
        "tags": api.must("ListTags", Resource=got["Configuration"]["FunctionArn"]),
    }


def _provisioned(api: Api, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    entry = dict(entry)
    qualifier = entry.pop("FunctionArn").rpartition(":")[2]
    return _same(api, entry, "GetProvisionedConcurrencyConfig", FunctionName=name, Qualifier=qualifier)


def _layer(api: Api, name: str) -> Observed:
    versions = {}
    for entry in _all(api, "ListLayerVersions", "LayerVersions", LayerName=name):
        of = {"LayerName": name, "VersionNumber": entry["Version"]}
        version = _same(api, entry, "GetLayerVersion", **of)
        version["Content"].pop("Location")
        version["policy"] = _maybe(api, "GetLayerVersionPolicy", **of)
        versions[entry["LayerVersionArn"]] = version
    return {"versions": versions}


def _code_signing_config(api: Api, entry: dict[str, Any], arn: str) -> Observed:
    got = api.must("GetCodeSigningConfig", CodeSigningConfigArn=arn)["CodeSigningConfig"]
    assert got == entry
    functions = _all(api, "ListFunctionsByCodeSigningConfig", "FunctionArns", CodeSigningConfigArn=arn)
    return got | {"functions": functions, "tags": api.must("ListTags", Resource=arn)}


def _capacity_provider(api: Api, entry: dict[str, Any], name: str) -> Observed:
    got = api.must("GetCapacityProvider", CapacityProviderName=name)["CapacityProvider"]
    assert got == entry
    versions = _all(api, "ListFunctionVersionsByCapacityProvider", "FunctionVersions", CapacityProviderName=name)
    return got | {"versions": versions, "tags": api.must("ListTags", Resource=got["CapacityProviderArn"])}


def _history(api: Api, arn: str) -> list[Any]:
    return _all(api, "GetDurableExecutionHistory", "Events", DurableExecutionArn=arn)
