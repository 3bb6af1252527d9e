"""A world with something of everything, and what of it a caller can name."""

from emulator import arn
from emulator.resources.durable_execution import DurableExecution
from tests.emulator.model_wide.api import Api
from tests.emulator.model_wide.valid_inputs import QUEUE, ROLE, Known, zip_file
from tests.emulator.operations.conftest import ACCOUNT, REGION


def populate(api: Api) -> Known:
    """Makes one or two of each resource; all of them are settled."""
    function = {"Role": ROLE, "Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": zip_file()}}
    api.must("CreateFunction", FunctionName="one", **function, Publish=True, Tags={"team": "a"})
    api.must("CreateFunction", FunctionName="two", **function, Environment={"Variables": {"PLACE": "here"}})
    layer = api.must("PublishLayerVersion", LayerName="lib", Content={"ZipFile": zip_file()})
    signing = api.must(
        "CreateCodeSigningConfig",
        AllowedPublishers={"SigningProfileVersionArns": [f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/a"]},
    )
    network = {
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "PermissionsConfig": {"CapacityProviderOperatorRoleArn": ROLE},
    }
    api.must("CreateCapacityProvider", CapacityProviderName="herd", **network)
    provider = api.must("CreateCapacityProvider", CapacityProviderName="fleet", **network)
    api.wait()
    managed = {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": provider["CapacityProvider"]["CapacityProviderArn"]
        }
    }
    published = {"Publish": True, "PublishTo": "LATEST_PUBLISHED"}
    api.must("CreateFunction", FunctionName="three", **function, **published, CapacityProviderConfig=managed)
    mapping = api.must("CreateEventSourceMapping", FunctionName="one", EventSourceArn=QUEUE)
    api.must("CreateAlias", FunctionName="one", Name="live", FunctionVersion="1")
    api.must("AddPermission", FunctionName="one", StatementId="first", Action="lambda:*", Principal="222222222222")
    api.must("PutFunctionEventInvokeConfig", FunctionName="one", MaximumRetryAttempts=1)
    api.must("CreateFunctionUrlConfig", FunctionName="one", AuthType="NONE")
    api.must("PutFunctionConcurrency", FunctionName="two", ReservedConcurrentExecutions=10)
    api.must("PutProvisionedConcurrencyConfig", FunctionName="one", Qualifier="live", ProvisionedConcurrentExecutions=1)
    api.must(
        "AddLayerVersionPermission",
        LayerName="lib",
        VersionNumber=1,
        StatementId="first",
        Action="lambda:GetLayerVersion",
        Principal="*",
    )
    executions = [add_durable_execution(api, "one", "1") for _ in range(3)]
    api.must("StopDurableExecution", DurableExecutionArn=executions[1].arn)
    api.must("PauseDurableExecution", DurableExecutionArn=executions[2].arn)
    api.wait()
    return Known(
        functions=["one", "two", "three"],
        qualified=[
            ("one", arn.LATEST),
            ("one", "1"),
            ("one", "live"),
            ("two", arn.LATEST),
            ("three", arn.LATEST_PUBLISHED),
        ],
        layers=["lib", layer["LayerArn"]],
        layer_versions=[layer["LayerVersionArn"]],
        mappings=[mapping["UUID"]],
        code_signing_configs=[signing["CodeSigningConfig"]["CodeSigningConfigArn"]],
        capacity_providers=["fleet", "herd"],
        durable_executions=[execution.arn for execution in executions],
    )


def add_durable_execution(api: Api, function: str, version: str) -> DurableExecution:
    """One that runs. No operation starts one yet, so it is put where its runner will put it."""
    function_arn = arn.function_arn(REGION, ACCOUNT, function, version)
    resources = api.resources()
    execution = DurableExecution(
        arn=f"{function_arn}/durable-execution/order-{len(resources.durable_executions)}/0d0f",
        name=f"order-{len(resources.durable_executions)}",
        function_arn=function_arn,
        version=version,
        input_payload='{"order":1}',
        started=api.clock.now(),
        config={"ExecutionTimeout": 60},
        checkpoint_token="dG9rZW4=",
    )
    started = {"Input": {"Payload": execution.input_payload}, "ExecutionTimeout": 60}
    execution.note("ExecutionStarted", api.clock.now(), started)
    resources.durable_executions[execution.arn] = execution
    return execution
