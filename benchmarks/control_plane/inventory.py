"""All there is in a region: whether it is whole, and the end of it."""

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.control_plane.client import SHARED
from benchmarks.control_plane.lambda_calls import Caller


class Inventory:
    """What one caller finds when nobody else is at work any more."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def wait_until_settled(self, seconds: float) -> None:
        """Until nothing is in progress any more, or for so long."""
        deadline = time.monotonic() + seconds
        while any(self._unsettled()) and time.monotonic() < deadline:
            time.sleep(0.05)

    def faults(self, own: set[str]) -> list[str]:
        """What is not whole, in one line each. `own` are the functions that the clients believe to have."""
        faults = [f"not settled: {what}" for what in self._unsettled()]
        functions = self._functions()
        names = {entry["FunctionName"] for entry in functions}
        strange, missing = names - own - set(SHARED), own - names
        if strange or missing:
            faults.append(f"listed and not expected: {strange}; expected and not listed: {missing}")
        sizes = 0
        for name in sorted(names):
            versions = self._caller.all("ListVersionsByFunction", "Versions", FunctionName=name)
            sizes += sum(version["CodeSize"] for version in versions)
            faults += self._faults_of(name, [version["Version"] for version in versions])
        for layer in self._caller.all("ListLayers", "Layers"):
            listed = self._caller.all("ListLayerVersions", "LayerVersions", LayerName=layer["LayerName"])
            for version in listed:
                got = self._get("GetLayerVersion", LayerName=layer["LayerName"], VersionNumber=version["Version"])
                sizes += got.get("Content", {}).get("CodeSize", 0)
        usage = self._caller.call("GetAccountSettings").members["AccountUsage"]
        if usage != {"FunctionCount": len(names), "TotalCodeSize": sizes}:
            faults.append(f"usage: {usage}, and there are {len(names)} functions with {sizes} bytes")
        return faults + self._caller.failures

    def delete_all(self) -> None:
        """Mappings, functions, layer versions, code signing configurations."""
        for mapping in self._mappings():
            self._caller.call("DeleteEventSourceMapping", UUID=mapping["UUID"])
        for function in self._functions():
            self._caller.call("DeleteFunction", FunctionName=function["FunctionName"])
        for layer in self._caller.all("ListLayers", "Layers"):
            for version in self._caller.all("ListLayerVersions", "LayerVersions", LayerName=layer["LayerName"]):
                of = {"LayerName": layer["LayerName"], "VersionNumber": version["Version"]}
                self._caller.call("DeleteLayerVersion", **of)
        for config in self._caller.all("ListCodeSigningConfigs", "CodeSigningConfigs"):
            self._caller.call("DeleteCodeSigningConfig", CodeSigningConfigArn=config["CodeSigningConfigArn"])

    def leftovers(self) -> list[str]:
        """What is still there after all was deleted, once that has settled."""
        self.wait_until_settled(10.0)
        left = [f"left: {entry['FunctionName']}" for entry in self._functions()]
        left += [f"left: {mapping['UUID']} {mapping['State']}" for mapping in self._mappings()]
        left += [f"left: {layer['LayerName']}" for layer in self._caller.all("ListLayers", "Layers")]
        configs = self._caller.all("ListCodeSigningConfigs", "CodeSigningConfigs")
        left += [f"left: {config['CodeSigningConfigArn']}" for config in configs]
        usage = self._caller.call("GetAccountSettings").members["AccountUsage"]
        if any(usage.values()):
            left.append(f"usage of nothing: {usage}")
        return left

    def _unsettled(self) -> Iterator[str]:
        for entry in self._functions("ALL"):
            of = {"FunctionName": entry["FunctionName"], "Qualifier": entry["Version"]}
            version = self._get("GetFunctionConfiguration", **of)
            if (version.get("State"), version.get("LastUpdateStatus")) != ("Active", "Successful"):
                yield f"{entry['FunctionArn']}: {version.get('State')}, {version.get('LastUpdateStatus')}"
        for mapping in self._mappings():
            if mapping["State"] not in ("Enabled", "Disabled"):
                yield f"{mapping['UUID']}: {mapping['State']}"

    def _faults_of(self, name: str, versions: list[str]) -> Iterator[str]:
        for alias in self._caller.all("ListAliases", "Aliases", FunctionName=name):
            got = self._get("GetAlias", FunctionName=name, Name=alias["Name"])
            if got != alias:
                yield f"alias {name}:{alias['Name']} is listed as {alias}, and is {got}"
            if alias["FunctionVersion"] not in versions:
                yield f"alias {name}:{alias['Name']} is of a version that is not there: {alias['FunctionVersion']}"
        described = self._get("GetFunction", FunctionName=name).get("Configuration", {})
        if described.get("FunctionName") != name:
            yield f"{name} is listed, and GetFunction gives {described}"

    def _functions(self, versions: str | None = None) -> list[Any]:
        return self._caller.all("ListFunctions", "Functions", **({"FunctionVersion": versions} if versions else {}))

    def _mappings(self) -> list[Any]:
        return self._caller.all("ListEventSourceMappings", "EventSourceMappings")

    def _get(self, operation: str, **members: Any) -> dict[str, Any]:
        return self._caller.call(operation, **members).members
