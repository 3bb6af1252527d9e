"""One client: calls drawn by chance, on functions of its own and on what all clients share."""

import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

from benchmarks.control_plane.lambda_calls import Caller, Reply

ROLE = "arn:aws:iam::000000000000:role/soak"
SHARED = tuple(f"shared-{number}" for number in range(4))
_OWN = 5  # functions of each client
_QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue-{}"
_PUBLISHER = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/soak"


def zip_file(text: str) -> bytes:
    """A package with one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)
    return buffer.getvalue()


_PACKAGES = [zip_file(f"def handler(event, context): return {number}") for number in range(4)]


class Client:
    """What it does and what it knows: `functions` are those of its own that are there, `wrong` what was not so."""

    def __init__(self, caller: Caller, number: int, seed: int) -> None:
        self.caller = caller
        self.functions: set[str] = set()
        self.wrong: list[str] = []
        self._number = number
        self._random = random.Random(seed)
        self._mappings: list[str] = []
        self._signing: list[str] = []

    def run(self, calls: int) -> None:
        """About so many calls, and the end of the connection."""
        while self.caller.calls.total() < calls:
            (step,) = self._random.choices(_STEPS, _WEIGHTS)
            step(self)
        self.caller.close()

    # --- its own functions: nobody else touches them, so each answer is known beforehand ---

    def _name(self) -> str:
        return f"client-{self._number}-{self._random.randrange(_OWN)}"

    def create(self) -> None:
        name = self._name()
        reply = self._create(name)
        self._expect(reply, 409 if name in self.functions else 201, f"CreateFunction {name}")
        self.functions.add(name)

    def delete(self) -> None:
        name = self._name()
        reply = self.caller.call("DeleteFunction", FunctionName=name)
        self._expect(reply, 204 if name in self.functions else 404, f"DeleteFunction {name}")
        self.functions.discard(name)
        self._expect(self.caller.call("GetFunction", FunctionName=name), 404, f"GetFunction {name} that was deleted")

    def get(self) -> None:
        name = self._name()
        reply = self.caller.call("GetFunction", FunctionName=name)
        self._expect(reply, 200 if name in self.functions else 404, f"GetFunction {name}")
        if reply.is_success and reply.members["Configuration"]["FunctionName"] != name:
            self.wrong.append(f"GetFunction {name} gave {reply.members['Configuration']['FunctionName']}")

    # --- what all share: whether a call succeeds depends on the others ---

    def _any(self) -> str:
        return self._random.choice([*SHARED, *self.functions])

    def create_shared(self) -> None:
        self._create(self._random.choice(SHARED))

    def delete_shared(self) -> None:
        if self._random.random() < 0.2:
            self.caller.call("DeleteFunction", FunctionName=self._random.choice(SHARED))

    def update(self) -> None:
        name = self._any()
        if self._random.random() < 0.5:
            self.caller.call("UpdateFunctionCode", FunctionName=name, ZipFile=self._random.choice(_PACKAGES))
        else:
            variables = {"Variables": {"TURN": str(self._random.randrange(1000))}}
            self.caller.call("UpdateFunctionConfiguration", FunctionName=name, Environment=variables)

    def versions(self) -> None:
        name = self._any()
        self.caller.call("PublishVersion", FunctionName=name)
        self.caller.call("ListVersionsByFunction", FunctionName=name, MaxItems=2)
        number = str(self._random.randrange(1, 4))
        self.caller.call("CreateAlias", FunctionName=name, Name="live", FunctionVersion=number)
        self.caller.call("GetAlias", FunctionName=name, Name="live")
        self.caller.call("UpdateAlias", FunctionName=name, Name="live", FunctionVersion="$LATEST")
        if self._random.random() < 0.5:
            self.caller.call("DeleteAlias", FunctionName=name, Name="live")
            self.caller.call("DeleteFunction", FunctionName=name, Qualifier=number)
        self.caller.call("ListAliases", FunctionName=name)

    def policies(self) -> None:
        name = self._any()
        statement = {"FunctionName": name, "StatementId": f"s{self._number}"}
        self.caller.call("AddPermission", **statement, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
        self.caller.call("GetPolicy", FunctionName=name)
        self.caller.call("RemovePermission", **statement)

    def settings(self) -> None:
        name = self._any()
        self.caller.call("PutFunctionConcurrency", FunctionName=name, ReservedConcurrentExecutions=1)
        self.caller.call("GetFunctionConcurrency", FunctionName=name)
        self.caller.call("DeleteFunctionConcurrency", FunctionName=name)
        self.caller.call("PutFunctionEventInvokeConfig", FunctionName=name, MaximumRetryAttempts=1)
        self.caller.call("DeleteFunctionEventInvokeConfig", FunctionName=name)
        self.caller.call("CreateFunctionUrlConfig", FunctionName=name, AuthType="NONE")
        self.caller.call("GetFunctionUrlConfig", FunctionName=name)
        self.caller.call("PutFunctionRecursionConfig", FunctionName=name, RecursiveLoop="Allow")
        self.caller.call("PutRuntimeManagementConfig", FunctionName=name, UpdateRuntimeOn="Auto")

    def tags(self) -> None:
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{self._any()}"
        self.caller.call("TagResource", Resource=arn, Tags={f"key-{self._number}": "a"})
        self.caller.call("ListTags", Resource=arn)
        self.caller.call("UntagResource", Resource=arn, TagKeys=[f"key-{self._number}"])

    def layers(self) -> None:
        name = f"layer-{self._random.randrange(3)}"
        content = {"ZipFile": self._random.choice(_PACKAGES)}
        made = self.caller.call("PublishLayerVersion", LayerName=name, Content=content)
        self._expect(made, 201, f"PublishLayerVersion {name}")
        of = {"LayerName": name, "VersionNumber": made.members["Version"]}
        self._expect(self.caller.call("GetLayerVersion", **of), 200, f"GetLayerVersion {of}")
        if self.functions:
            wanted = [made.members["LayerVersionArn"]]
            self.caller.call("UpdateFunctionConfiguration", FunctionName=min(self.functions), Layers=wanted)
        self.caller.call("ListLayers", MaxItems=1)
        self._expect(self.caller.call("DeleteLayerVersion", **of), 204, f"DeleteLayerVersion {of}")
        self._expect(self.caller.call("GetLayerVersion", **of), 404, f"GetLayerVersion {of} that was deleted")

    def mappings(self) -> None:
        queue = _QUEUE.format(self._random.randrange(5))
        made = self.caller.call("CreateEventSourceMapping", FunctionName=self._any(), EventSourceArn=queue)
        if made.is_success:
            self._mappings.append(made.members["UUID"])
        if self._mappings:
            one = self._random.choice(self._mappings)
            self.caller.call("GetEventSourceMapping", UUID=one)
            self.caller.call("UpdateEventSourceMapping", UUID=one, Enabled=self._random.random() < 0.5)
            if self.caller.call("DeleteEventSourceMapping", UUID=one).is_success:
                self._mappings.remove(one)
        self.caller.call("ListEventSourceMappings", MaxItems=3)

    def signing(self) -> None:
        made = self.caller.call(
            "CreateCodeSigningConfig", AllowedPublishers={"SigningProfileVersionArns": [_PUBLISHER]}
        )
        of = {"CodeSigningConfigArn": made.members["CodeSigningConfig"]["CodeSigningConfigArn"]}
        self.caller.call("PutFunctionCodeSigningConfig", FunctionName=self._any(), **of)
        self.caller.call("ListFunctionsByCodeSigningConfig", **of)
        if self.caller.call("DeleteCodeSigningConfig", **of).is_success:
            self._expect(self.caller.call("GetCodeSigningConfig", **of), 404, "GetCodeSigningConfig that was deleted")

    def lists(self) -> None:
        self.caller.call("ListFunctions", FunctionVersion="ALL", MaxItems=20)
        self.caller.call("GetAccountSettings")

    def mistakes(self) -> None:
        self._expect(self.caller.call("GetFunction", FunctionName="no such name!"), 400, "a name that cannot be")
        self._expect(self.caller.call("ListFunctions", Marker="no marker"), 400, "a marker of nobody")
        self._expect(self.caller.call("CreateFunction", FunctionName="a", Role="b", Code={}), 400, "a bad role")

    def _create(self, name: str) -> Reply:
        settings = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE, "Publish": True}
        code = {"ZipFile": self._random.choice(_PACKAGES)}
        return self.caller.call("CreateFunction", FunctionName=name, Code=code, **settings)

    def _expect(self, reply: Reply, status: int, what: str) -> None:
        if reply.status != status:
            self.wrong.append(f"{what}: {reply.status} instead of {status}: {reply.members}")


_MIX: dict[Callable[[Client], Any], int] = {
    Client.create: 12,
    Client.delete: 8,
    Client.get: 20,
    Client.create_shared: 6,
    Client.delete_shared: 4,
    Client.update: 8,
    Client.versions: 4,
    Client.policies: 4,
    Client.settings: 2,
    Client.tags: 4,
    Client.layers: 2,
    Client.mappings: 3,
    Client.signing: 2,
    Client.lists: 2,
    Client.mistakes: 1,
}
_STEPS, _WEIGHTS = list(_MIX), list(_MIX.values())
