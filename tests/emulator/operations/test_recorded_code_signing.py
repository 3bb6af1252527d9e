"""Code signing configurations, replayed as recorded on AWS: every member, every identity."""


def test_a_code_signing_configuration(world, recording):
    recorded = recording("TestCodeSigningConfig::test_function_code_signing_config")
    world.create()
    created = world.do(
        "CreateCodeSigningConfig",
        Description="Testing CodeSigning Config",
        AllowedPublishers={
            "SigningProfileVersionArns": ["arn:aws:signer:us-east-1:111111111111:/signing-profiles/test"]
        },
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
    )
    recorded.check("create_code_signing_config", created)
    named = {"CodeSigningConfigArn": created["CodeSigningConfig"]["CodeSigningConfigArn"]}
    warn = {"CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"}}
    recorded.check("update_code_signing_config", world.do("UpdateCodeSigningConfig", **named, **warn))
    recorded.check("get_code_signing_config", world.do("GetCodeSigningConfig", **named))
    recorded.check(
        "put_function_code_signing_config", world.do("PutFunctionCodeSigningConfig", FunctionName="fn", **named)
    )
    recorded.check("get_function_code_signing_config", world.do("GetFunctionCodeSigningConfig", FunctionName="fn"))
    # The recording keeps one entry of the list.
    (listed,) = world.do("ListCodeSigningConfigs")["CodeSigningConfigs"]
    recorded.check("list_code_signing_configs", listed)
    users = world.do("ListFunctionsByCodeSigningConfig", **named)
    recorded.check("list_functions_by_code_signing_config", users)
    recorded.check(
        "delete_function_code_signing_config", world.do("DeleteFunctionCodeSigningConfig", FunctionName="fn")
    )
    recorded.check("delete_code_signing_config", world.do("DeleteCodeSigningConfig", **named))
