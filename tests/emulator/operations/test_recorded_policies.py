"""Function policies, replayed as recorded on AWS: every member, every text, every identity."""


def add(world, **members):
    given = {"FunctionName": "fn", "Action": "lambda:InvokeFunction", "StatementId": "s3"}
    given |= {"Principal": "s3.amazonaws.com"}
    return world.do("AddPermission", **(given | members))


def refusal(world, **members):
    given = {"FunctionName": "fn", "Action": "lambda:InvokeFunction", "StatementId": "s3"}
    given |= {"Principal": "s3.amazonaws.com"}
    return world.refusal("AddPermission", **(given | members))


def policy(world, **members):
    return world.do("GetPolicy", FunctionName="fn", **members)


def test_what_each_member_becomes(world, recording):
    recorded = recording("test_add_lambda_permission_fields")
    world.create()
    account = {"SourceAccount": "111111111111"}
    recorded.check("add_permission_principal_wildcard", add(world, StatementId="wilcard", Principal="*", **account))
    recorded.check(
        "add_permission_principal_service",
        add(world, StatementId="lambda", Principal="lambda.amazonaws.com", **account),
    )
    recorded.check("add_permission_principal_account", add(world, StatementId="account-id", Principal="111111111111"))
    user = "arn:aws:iam::111111111111:user/somebody"
    recorded.check("add_permission_principal_arn", add(world, StatementId="user-arn", Principal=user, **account))
    recorded.check(
        "add_permission_optional_fields",
        add(
            world,
            StatementId="urlPermission",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            SourceArn="arn:aws:s3:::bucket",
            PrincipalOrgID="o-1234567890",
            FunctionUrlAuthType="NONE",
            **account,
        ),
    )
    token = "amzn1.ask.skill.xxxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
    recorded.check(
        "add_permission_alexa_skill",
        add(world, StatementId="alexaSkill", Principal="*", EventSourceToken=token),
    )


def test_a_permission_for_a_url(world, recording):
    recorded = recording("test_lambda_url_invocation[boolean]", "test_lambda")
    world.create()
    granted = {"StatementId": "urlPermission", "Action": "lambda:InvokeFunctionUrl", "Principal": "*"}
    recorded.check("add_permission", add(world, **granted, FunctionUrlAuthType="NONE"))


def test_versions_and_aliases_have_policies_of_their_own(world, recording):
    recorded = recording("test_lambda_permission_fn_versioning")
    source = {"SourceArn": "arn:aws:s3:::bucket"}
    published = recorded.asked("publish_version_result")
    world.create(**published)
    recorded.check("add_permission", add(world, **source))
    first = policy(world)
    recorded.check("get_policy", first)
    recorded.check("publish_version_result", world.do("PublishVersion", FunctionName="fn"))
    recorded.check("get_policy_after_publishing_latest", policy(world))
    missing = world.refusal("GetPolicy", FunctionName="fn", Qualifier="1")
    recorded.check("get_policy_after_publishing_new_version", missing)
    add(world, Qualifier="1", **source)
    recorded.check("get_policy_after_adding_to_new_version", policy(world))
    recorded.check("get_policy_version", policy(world, Qualifier="1"))

    alias = world.do("CreateAlias", FunctionName="fn", Name="permission-alias", FunctionVersion="1")
    recorded.check("create_alias_response", alias)
    recorded.check("get_alias", world.do("GetAlias", FunctionName="fn", Name="permission-alias"))
    wrong = refusal(world, Qualifier="permission-alias", RevisionId="wrong", **source)
    recorded.check("add_permission_alias_revision_exception", wrong)
    add(world, Qualifier="permission-alias", RevisionId=alias["RevisionId"], **source)
    recorded.check("get_policy_alias", policy(world, Qualifier="permission-alias"))

    add(world, StatementId="s3_2", RevisionId=first["RevisionId"], **source)
    recorded.check("get_policy_after_adding_2", policy(world))


def test_removal(world, recording):
    recorded = recording("test_remove_multi_permissions")
    world.create()
    recorded.check("add_permission_1", add(world))
    queue = {"StatementId": "sqs", "Principal": "sqs.amazonaws.com", "SourceArn": "arn:aws:s3:::bucket"}
    recorded.check("add_permission_2", add(world, **queue))
    recorded.check("policy_after_2_add", policy(world))
    unknown = world.refusal("RemovePermission", FunctionName="fn", StatementId="non-existent")
    recorded.check("remove_permission_exception_nonexisting_sid", unknown)
    world.do("RemovePermission", FunctionName="fn", StatementId="sqs")
    recorded.check("policy_after_removal", policy(world))
    world.refusal("RemovePermission", FunctionName="fn", StatementId="sqs")
    recorded.check("policy_after_removal_attempt", policy(world))
    world.do("RemovePermission", FunctionName="fn", StatementId="s3", RevisionId=policy(world)["RevisionId"])
    recorded.check("get_policy_exception_removed_all", world.refusal("GetPolicy", FunctionName="fn"))


def test_refusals(world, recording):
    recorded = recording("TestLambdaPermissions::test_permission_exceptions")
    world.create()
    invalid = refusal(world, Principal="invalid.nonaws.com")
    recorded.check("add_permission_principal_invalid", invalid)
    recorded.check("add_permission_fn_doesnotexist", refusal(world, FunctionName="doesnotexist"))
    recorded.check("add_permission_fn_qualifier_latest", refusal(world, Qualifier="$LATEST"))
    mismatch = refusal(world, FunctionName="fn:alias-not-42", Qualifier="42")
    recorded.check("add_permission_fn_qualifier_mismatch", mismatch)
    odd = refusal(world, Qualifier="valid-with-$-but-doesnotexist")
    recorded.check("add_permission_fn_qualifier_valid_doesnotexist", odd)
    recorded.check("add_permission_fn_version_doesnotexist", refusal(world, Qualifier="42"))
    recorded.check("add_permission_fn_alias_doesnotexist", refusal(world, Qualifier="alias-doesnotexist"))
    recorded.check("get_policy_fn_doesnotexist", world.refusal("GetPolicy", FunctionName="doesnotexist"))
    version = world.refusal("GetPolicy", FunctionName="fn", Qualifier="42")
    recorded.check("get_policy_fn_version_doesnotexist", version)
    remove = {"StatementId": "s3"}
    gone = world.refusal("RemovePermission", FunctionName="doesnotexist", **remove)
    recorded.check("remove_permission_fn_doesnotexist", gone)
    none = world.refusal("RemovePermission", FunctionName="fn", **remove)
    recorded.check("remove_permission_policy_doesnotexist", none)
    alias = world.refusal("RemovePermission", FunctionName="fn", Qualifier="alias-doesnotexist", **remove)
    recorded.check("remove_permission_fn_alias_doesnotexist", alias)
    add(world)
    recorded.check("add_permission_conflicting_statement_id", refusal(world))
