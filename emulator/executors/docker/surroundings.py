"""Where the server stands beside its containers: how they reach it, and what the engine calls the files it sees.

On the engine's own machine, containers find the server at the gateway of their network, and a path is a path. A server
that runs in a container itself is found at its own address on a network that both are in, and the engine knows its
files by what is mounted there. Either way both share a kernel, which the pipes between them need: with Docker Desktop,
whose engine runs in a virtual machine, the server must run in a container too.
"""

import ipaddress
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from emulator.errors import EmulatorError
from emulator.executors.docker import owner
from emulator.executors.docker.engine import Engine

_DEFAULT_NETWORK = "bridge"
_WORDS = {"x86_64": "amd64", "aarch64": "arm64"}  # what engines say of their machine, in the words of images
_ELSEWHERE = "192.0.2.1"  # an address that is nobody's [RFC 5737]; asking for the way to it sends nothing


@dataclass(slots=True, frozen=True)
class Surroundings:
    """`address` is where containers reach the server, and `network` the one they join. `container` is the label of the
    server's own container, empty if it runs in none; `mounts` are the engine's paths by those of that container."""

    address: str
    network: str
    architecture: str  # of the engine, in the words of images
    container: str = ""
    mounts: Mapping[str, str] | None = None

    def shown(self, path: str) -> str:
        """What the engine calls a file or a folder of the server. Raises EmulatorError if the engine cannot see it."""
        if self.mounts is None:
            return path
        for place in (wanted := PurePosixPath(path), *wanted.parents):
            if str(place) in self.mounts:
                return str(PurePosixPath(self.mounts[str(place)], wanted.relative_to(place)))
        raise EmulatorError(
            f"The server runs in a container, and functions can only be shown what lies on a volume or on a folder of "
            f"the host: mount one for {path} into the server's container (`-v lambda-parity:/tmp` for temporary files)."
        )


async def look_around(engine: Engine, network: str | None) -> Surroundings:
    """Finds out where the server stands. Raises EmulatorError if containers could not work with it from there."""
    description = await engine.description()
    kernel = os.uname().release
    if description["KernelVersion"] != kernel:
        raise EmulatorError(
            f"The Docker engine runs on another kernel ({description['KernelVersion']}, not {kernel}), as with Docker "
            "Desktop, so its containers share no pipes with this process: run `parity serve` in a container there."
        )
    architecture = _WORDS.get(description["Architecture"], description["Architecture"])
    identifier = owner.own_container()
    own = await engine.container(identifier) if identifier is not None else None
    if own is not None and own["HostConfig"]["NetworkMode"] != "host":
        network, address = _own_place(own["NetworkSettings"]["Networks"], network)
    else:
        network = network or _DEFAULT_NETWORK
        address = _gateway(await engine.network(network), rootless=_is_rootless(description))
    if own is None:
        return Surroundings(address, network, architecture)
    mounts = {mount["Destination"]: mount["Source"] for mount in own["Mounts"] if mount.get("Source")}
    label = owner.container_label(own["Id"], own["State"]["StartedAt"])
    return Surroundings(address, network, architecture, label, mounts)


def _is_rootless(description: Mapping[str, Any]) -> bool:
    """Whether an engine runs without root: Docker says so among its options, Podman on its own."""
    return bool(description.get("Rootless")) or "name=rootless" in (description.get("SecurityOptions") or ())


def _own_place(networks: Mapping[str, Any], wanted: str | None) -> tuple[str, str]:
    """The network that the server's container shares with those of functions, and its address there."""
    if wanted is not None and wanted not in networks:
        there = ", ".join(sorted(networks)) or "none"
        raise EmulatorError(
            f"The server's own container is not in the network {wanted}, so functions would not reach it (it is in: "
            f"{there}); join it with `docker network connect {wanted} CONTAINER`."
        )
    for name, settings in networks.items():
        if wanted in (None, name) and settings["IPAddress"]:
            return name, str(settings["IPAddress"])
    raise EmulatorError("The server's own container has no address in any network, so functions cannot reach it.")


def _gateway(network: Mapping[str, Any], *, rootless: bool) -> str:
    """Where containers of a network reach this machine, and this process may listen.

    An engine without root has its networks out of this machine's sight, and lets containers out to this machine's own
    address. With root, a gateway that is not there yet (Podman's) is there once a container is.
    """
    if network["Driver"] == "host":
        return "127.0.0.1"
    if network["Driver"] != "bridge":
        raise EmulatorError(
            f"In the network {network['Name']} ({network['Driver']}) functions would not reach this machine; name one "
            "of the driver bridge with --docker-network."
        )
    address = _gateway_address(network["IPAM"]["Config"])
    if not rootless or _is_ours(address):
        return address
    own = _address_to_elsewhere()
    if own is None:
        raise EmulatorError(
            "The Docker engine runs without root, so its containers reach this machine only at its own address in "
            "another network, and it has none."
        )
    return own


def _gateway_address(configurations: Sequence[Mapping[str, str]]) -> str:
    """The gateway, or else the first address, which is what engines take; that of IPv4 if there are two."""
    for version in (4, 6):
        for settings in configurations:
            subnet = ipaddress.ip_network(settings["Subnet"])
            if subnet.version == version:
                return settings.get("Gateway", "").partition("/")[0] or str(next(subnet.hosts()))
    raise EmulatorError("The network of the functions has no addresses.")


def _is_ours(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _address_to_elsewhere() -> str | None:
    """The address of this machine on its way to others."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
