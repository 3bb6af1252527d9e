"""What may be configured, and sizes, replayed as recorded on AWS: every member, every text, every identity."""

import json

import pytest


def test_refused_creations(world, recording):
    recorded = recording("TestLambdaFunction::test_create_lambda_exceptions")
    same = {"FunctionName": "fn", "Role": world.role, "Handler": "index.handler", "Code": {"ZipFile": world.code}}
    unknown = world.refusal("CreateFunction", **same, Runtime="non-existent-runtime")
    recorded.check("invalid_runtime_exc", unknown)
    recorded.check("uppercase_runtime_exc", world.refusal("CreateFunction", **same, Runtime="PYTHON3.9"))
    no_zip = same | {"Runtime": "python3.12", "Code": {"ZipFile": b"this is not a zipfile"}}
    recorded.check("invalid_zip_exc", world.refusal("CreateFunction", **no_zip))


def test_refused_updates(world, recording):
    recorded = recording("TestLambdaFunction::test_update_lambda_exceptions")
    world.create()
    for key, runtime in (("invalid_runtime_exc", "non-existent-runtime"), ("uppercase_runtime_exc", "PYTHON3.9")):
        refused = world.refusal("UpdateFunctionConfiguration", FunctionName="fn", Runtime=runtime)
        recorded.check(key, refused)


@pytest.mark.parametrize(
    "runtime", ["java8", "go1.x", "provided", "ruby2.7", "nodejs14.x", "nodejs12.x", "python3.7", "dotnetcore3.1"]
)
def test_retired_runtimes(world, recording, runtime):
    recorded = recording(f"test_create_deprecated_function_runtime_with_validation_enabled[{runtime}]")
    recorded.check(
        "deprecation_error",
        world.refusal(
            "CreateFunction",
            FunctionName="fn",
            Role=world.role,
            Handler="index.handler",
            Runtime=runtime,
            Code={"ZipFile": world.code},
        ),
    )


@pytest.mark.parametrize(
    "runtime", ["java11", "java17", "java21", "java25", "python3.12", "python3.13", "dotnet8", "dotnet10"]
)
def test_snap_start_left_off(world, recording, runtime):
    recorded = recording(f"test_snapstart_lifecycle[{runtime}]")
    recorded.check("create_function_response", world.create(**recorded.asked("create_function_response")))
    recorded.check("get_function_response_latest", world.do("GetFunction", FunctionName="fn"))
    world.do("PublishVersion", FunctionName="fn", Description="version1")
    recorded.check("get_function_response_version_1", world.do("GetFunction", FunctionName="fn", Qualifier="1"))


def test_switching_the_log_format(world, recording):
    recorded = recording("test_advanced_logging_configuration_format_switch")
    created = world.create(**recorded.asked("create_response.CreateFunctionResponse"))
    recorded.check("create_response.CreateFunctionResponse", created)
    recorded.check("function_config", world.do("GetFunctionConfiguration", FunctionName="fn"))
    recorded.check("get_function_response", world.do("GetFunction", FunctionName="fn"))
    for log_format, suffix in (("JSON", ""), ("Text", "_v2")):
        updated = world.do("UpdateFunctionConfiguration", FunctionName="fn", LoggingConfig={"LogFormat": log_format})
        recorded.check(f"updated_config{suffix}", updated)
        world.settle()
        recorded.check(f"received_config{suffix}", world.do("GetFunctionConfiguration", FunctionName="fn"))


def test_changing_the_log_group(world, recording):
    recorded = recording("test_function_advanced_logging_configuration")
    asked = recorded.asked("create_response.CreateFunctionResponse")
    created = world.create(**asked, LoggingConfig={"LogFormat": "JSON"})
    recorded.check("create_response.CreateFunctionResponse", created)
    recorded.check("function_config", world.do("GetFunctionConfiguration", FunctionName="fn"))
    updated = world.do("UpdateFunctionConfiguration", FunctionName="fn", LoggingConfig={"LogGroup": "cool_lambda"})
    recorded.check("updated_config", updated)
    world.settle()
    recorded.check("received_config", world.do("GetFunctionConfiguration", FunctionName="fn"))


def test_an_image(world, recording):
    recorded = recording("TestLambdaImages::test_lambda_image_crud")
    first, second = "111111111111.dkr.ecr.us-east-1.amazonaws.com/one", "localhost:5000/two"
    asked = recorded.asked("create-image-response")
    created = world.create(PackageType="Image", Code={"ImageUri": f"{first}:latest"}, **asked)
    recorded.check("create-image-response", created)
    recorded.check("get-function-code-response", world.do("GetFunction", FunctionName="fn"))
    recorded.check("get-function-config-response", world.do("GetFunctionConfiguration", FunctionName="fn"))
    refused = world.refusal("UpdateFunctionCode", FunctionName="fn", ZipFile=world.code)
    recorded.check("image-to-zipfile-error", refused)
    updated = world.do("UpdateFunctionCode", FunctionName="fn", ImageUri=f"{second}:latest")
    recorded.check("update-function-code-response", updated)
    world.settle()
    recorded.check("get-function-code-response-after-update", world.do("GetFunction", FunctionName="fn"))
    after = world.do("GetFunctionConfiguration", FunctionName="fn")
    recorded.check("get-function-config-response-after-update", after)


def test_the_configuration_of_an_image(world, recording):
    recorded = recording("test_lambda_image_and_image_config_crud")
    config = {"Command": ["-c", "echo test"], "EntryPoint": ["sh"], "WorkingDirectory": "/app1"}
    created = world.create(
        PackageType="Image",
        Code={"ImageUri": "111111111111.dkr.ecr.us-east-1.amazonaws.com/one:latest"},
        ImageConfig=config,
        **recorded.asked("create-image-with-config-response"),
    )
    recorded.check("create-image-with-config-response", created)
    recorded.check("get-function-code-with-config-response", world.do("GetFunction", FunctionName="fn"))
    changes = {"Command": ["-c", "echo test1"], "WorkingDirectory": "/app1"}
    updated = world.do("UpdateFunctionConfiguration", FunctionName="fn", ImageConfig=changes)
    recorded.check("update-function-code-response", updated)
    world.settle()
    recorded.check("get-function-code-response-after-update", world.do("GetFunction", FunctionName="fn"))
    emptied = world.do("UpdateFunctionConfiguration", FunctionName="fn", ImageConfig={})
    recorded.check("update-function-code-delete-imageconfig-response", emptied)
    world.settle()
    deleted = world.do("GetFunction", FunctionName="fn")
    recorded.check("get-function-code-response-after-delete-imageconfig", deleted)


def test_a_zip_function_stays_one(world, recording):
    recorded = recording("test_lambda_zip_file_to_image")
    recorded.check("create-image-response", world.create(**recorded.asked("create-image-response")))
    recorded.check("get-function-code-response", world.do("GetFunction", FunctionName="fn"))
    refused = world.refusal("UpdateFunctionCode", FunctionName="fn", ImageUri="one:latest")
    recorded.check("zipfile-to-image-error", refused)
    recorded.check("get-function-code-response-after-update", world.do("GetFunction", FunctionName="fn"))
    after = world.do("GetFunctionConfiguration", FunctionName="fn")
    recorded.check("get-function-config-response-after-update", after)


def test_an_architecture_of_its_own(world, recording):
    recorded = recording("test_mixed_architecture", "test_lambda")
    asked = recorded.asked("create_function_response.CreateFunctionResponse")
    created = world.create(**asked, Architectures=["x86_64"])
    recorded.check("create_function_response.CreateFunctionResponse", created)
    updated = world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.code, Architectures=["arm64"])
    recorded.check("update_function_code_response", updated)


def test_account_settings_have_these_members(world, recording):
    recorded = recording("TestLambdaAccountSettings::test_account_settings")
    settings = world.do("GetAccountSettings")
    expected = recorded.answer("acc_settings_modded")
    assert {name: sorted(settings[name]) for name in settings} == {name: expected[name] for name in settings}


def test_oversized_packages(world, recording):
    recorded = recording("test_oversized_zipped_create_lambda")
    too_large = {"FunctionName": "fn", "Role": world.role, "Code": {"ZipFile": bytes(52_428_801)}}
    recorded.check("invalid_param_exc", world.refusal("CreateFunction", **too_large))
    unzipped = recording("test_oversized_unzipped_lambda")
    large = world.zip_of_size(262_144_001)
    refused = world.refusal(
        "CreateFunction",
        FunctionName="fn",
        Role=world.role,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": large},
    )
    unzipped.check("invalid_param_exc", refused)


@pytest.mark.parametrize(
    "test", ["test_large_environment_variables_fails", "test_large_environment_fails_multiple_keys"]
)
def test_too_many_variables(world, recording, test):
    recorded = recording(test)
    name = "failed_create_fn_result" if "variables" in test else "failured_create_fn_result_multi_key"
    measured = recorded.answer(name)["Error"]["Message"].partition("String measured: ")[2]
    refused = world.refusal(
        "CreateFunction",
        FunctionName="fn",
        Role=world.role,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": world.code},
        Environment={"Variables": json.loads(measured)},
    )
    recorded.check(name, refused)


def test_just_enough_variables(world, recording):
    recorded = recording("test_lambda_envvars_near_limit_succeeds")
    created = world.create(**recorded.asked("successful_create_fn_result.CreateFunctionResponse"))
    recorded.check("successful_create_fn_result.CreateFunctionResponse", created)
