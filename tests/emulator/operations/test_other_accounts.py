"""What policies are for: other accounts get in by them, and only as far as they say."""

import pytest

OTHER = "222222222222"


def allow(world, action="lambda:*", principal=OTHER, **members):
    granted = {"StatementId": "s", "Action": action, "Principal": principal}
    return world.do("AddPermission", FunctionName="fn", **granted, **members)


def denied(world, operation, **members):
    refused = world.refusal(operation, account_id=OTHER, **({"FunctionName": world.arn()} | members))
    return (refused.code, refused.message) == ("AccessDeniedException", None)


class TestFunctions:
    @pytest.fixture(autouse=True)
    def function(self, world):
        world.create(Publish=True)

    def test_are_closed_until_a_policy_opens_them(self, world):
        assert denied(world, "GetFunction")
        assert denied(world, "GetFunction", FunctionName=world.arn("no"))
        allow(world)
        answer = world.do("GetFunction", account_id=OTHER, FunctionName=world.arn())
        assert answer["Configuration"]["FunctionArn"] == world.arn()
        world.do("RemovePermission", FunctionName="fn", StatementId="s")
        assert denied(world, "GetFunction")

    def test_are_open_for_the_action_that_is_named(self, world):
        allow(world, "lambda:GetFunction")
        assert world.do("GetFunction", account_id=OTHER, FunctionName=world.arn())
        assert denied(world, "GetFunctionConfiguration")

    async def test_can_be_invoked(self, world):
        allow(world, "lambda:InvokeFunction")
        world.do("Invoke", account_id=OTHER, FunctionName=world.arn(), InvocationType="DryRun")
        world.do("Invoke", account_id=OTHER, FunctionName=world.arn())
        version, invocation, _ = world.dispatcher.invoked[0]
        assert (version.account_id, invocation.function_arn) == ("111111111111", world.arn())

    def test_are_open_by_the_qualifier_that_the_policy_is_about(self, world):
        allow(world, Qualifier="1")
        assert world.do("GetFunction", account_id=OTHER, FunctionName=world.arn(qualifier="1"))
        assert denied(world, "GetFunction")
        assert denied(world, "GetFunction", Qualifier="$LATEST")

    def test_can_be_changed_for_their_owner(self, world):
        allow(world)
        do = lambda operation, **members: world.do(  # noqa: E731
            operation, account_id=OTHER, FunctionName=world.arn(), **members
        )
        alias = do("CreateAlias", Name="live", FunctionVersion="1")
        assert alias["AliasArn"] == world.arn(qualifier="live")
        do("UpdateAlias", Name="live", Description="theirs")
        assert do("GetAlias", Name="live")["Description"] == "theirs"
        assert len(do("ListAliases")["Aliases"]) == 1
        do("DeleteAlias", Name="live")
        do("UpdateFunctionCode", ZipFile=world.other_code)
        world.settle()
        assert do("PublishVersion")["FunctionArn"] == world.arn(qualifier="2")
        do("PutFunctionConcurrency", ReservedConcurrentExecutions=1)
        assert world.function().reserved_concurrency == 1
        do("DeleteFunction")
        assert not world.do("ListFunctions")["Functions"]

    def test_are_not_open_for_what_policies_cannot_allow(self, world):
        allow(world)
        assert denied(world, "UpdateFunctionConfiguration", Description="x")
        create = {"Role": world.role, "Runtime": "python3.12", "Handler": "h", "Code": {"ZipFile": world.code}}
        assert denied(world, "CreateFunction", **create)

    def test_can_be_tagged(self, world):
        allow(world)
        world.do("TagResource", account_id=OTHER, Resource=world.arn(), Tags={"a": "b"})
        assert world.do("ListTags", Resource=world.arn()) == {"Tags": {"a": "b"}}


class TestLayers:
    @pytest.fixture(autouse=True)
    def layer(self, world):
        world.publish_layer(Content={"ZipFile": world.other_code})

    def share(self, world, principal=OTHER):
        granted = {"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": principal}
        world.do("AddLayerVersionPermission", LayerName="layer", VersionNumber=1, **granted)

    def denial(self, world, action, resource):
        return (
            f"User: arn:aws:iam::{OTHER}:root is not authorized to perform: {action} on resource: {resource} "
            f"because no resource-based policy allows the {action} action"
        )

    @pytest.mark.parametrize("principal", ["*", OTHER])
    def test_are_shared_by_version(self, world, principal):
        version = {"LayerName": world.layer_arn(), "VersionNumber": 1}
        message = self.denial(world, "lambda:GetLayerVersion", world.layer_arn(version=1))
        refused = world.refusal("GetLayerVersion", account_id=OTHER, **version)
        assert (refused.code, refused.message) == ("AccessDeniedException", message)
        self.share(world, principal)
        mine = world.do("GetLayerVersion", **version)
        assert world.do("GetLayerVersion", account_id=OTHER, **version) == mine
        assert world.do("GetLayerVersionByArn", account_id=OTHER, Arn=world.layer_arn(version=1)) == mine
        missing = world.refusal("GetLayerVersion", account_id=OTHER, **(version | {"VersionNumber": 2}))
        assert missing.message == self.denial(world, "lambda:GetLayerVersion", world.layer_arn(version=2))

    def test_can_be_used_by_functions(self, world):
        arn = world.layer_arn(version=1)
        create = {"Role": world.role, "Runtime": "python3.12", "Handler": "h", "Code": {"ZipFile": world.code}}
        create |= {"FunctionName": "theirs", "Layers": [arn]}
        refused = world.refusal("CreateFunction", account_id=OTHER, **create)
        assert refused.message == self.denial(world, "lambda:GetLayerVersion", arn)
        self.share(world)
        created = world.do("CreateFunction", account_id=OTHER, **create)
        assert created["Layers"] == [{"Arn": arn, "CodeSize": len(world.other_code)}]

    def test_are_listed_and_changed_by_their_owner_alone(self, world):
        self.share(world)
        refused = world.refusal("ListLayerVersions", account_id=OTHER, LayerName=world.layer_arn())
        assert refused.message == self.denial(world, "lambda:ListLayerVersions", world.layer_arn())
        version = {"LayerName": world.layer_arn(), "VersionNumber": 1}
        for operation in ("DeleteLayerVersion", "GetLayerVersionPolicy"):
            assert world.refusal(operation, account_id=OTHER, **version).code == "AccessDeniedException"
        publish = {"LayerName": world.layer_arn(), "Content": {"ZipFile": world.code}}
        assert world.refusal("PublishLayerVersion", account_id=OTHER, **publish).code == "AccessDeniedException"
        assert not world.do("ListLayers", account_id=OTHER)["Layers"]
