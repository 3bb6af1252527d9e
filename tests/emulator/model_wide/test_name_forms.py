"""Names, ARNs, partial ARNs and qualifiers, in every form, for every operation that takes them.

The forms and what becomes of them: wire.md §6 [rec: test_function_arns, test_get_function_wrong_region,
test_function_name_and_qualifier_validation, test_url_config_exceptions, 2025-11-25]. What is recorded for some
operations is held to for all that take the same thing.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.protocol.model import load_model
from tests.emulator.model_wide.api import Answer, Api
from tests.emulator.model_wide.populated import populate
from tests.emulator.model_wide.valid_inputs import QUEUE, ROLE, Known, zip_file

Members = dict[str, Any]
MODEL = load_model()
READING = re.compile(r"Get|List|Invoke")

# What an operation needs beside the name of the function `one`, so that it succeeds.
BESIDE: dict[str, Members] = {
    "AddPermission": {"StatementId": "new", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"},
    "CreateAlias": {"Name": "new", "FunctionVersion": "1"},
    "CreateEventSourceMapping": {"EventSourceArn": f"{QUEUE}-new"},
    "CreateFunction": {"Role": ROLE, "Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": zip_file()}},
    "CreateFunctionUrlConfig": {"AuthType": "NONE"},
    "GetAlias": {"Name": "live"},
    "DeleteAlias": {"Name": "live"},
    "UpdateAlias": {"Name": "live"},
    "InvokeAsync": {"InvokeArgs": b"{}"},
    "PutFunctionConcurrency": {"ReservedConcurrentExecutions": 1},
    "PutFunctionEventInvokeConfig": {"MaximumRetryAttempts": 1},
    "UpdateFunctionEventInvokeConfig": {"MaximumRetryAttempts": 1},
    "PutFunctionRecursionConfig": {"RecursiveLoop": "Allow"},
    "PutFunctionScalingConfig": {"Qualifier": "$LATEST.PUBLISHED"},
    "GetFunctionScalingConfig": {"Qualifier": "$LATEST.PUBLISHED"},
    "PutProvisionedConcurrencyConfig": {"Qualifier": "live", "ProvisionedConcurrentExecutions": 1},
    "GetProvisionedConcurrencyConfig": {"Qualifier": "live"},
    "DeleteProvisionedConcurrencyConfig": {"Qualifier": "1"},
    "PutRuntimeManagementConfig": {"UpdateRuntimeOn": "Auto"},
    "RemovePermission": {"StatementId": "first"},
    "UpdateFunctionCode": {"ZipFile": zip_file()},
}
# Which function it is asked of, where that is not `one`.
OF = {
    "CreateFunction": "new",
    "CreateFunctionUrlConfig": "two",
    "GetFunctionScalingConfig": "three",
    "PutFunctionScalingConfig": "three",
}


def taking(member: str) -> list[str]:
    """The operations whose input has `member`."""
    return sorted(name for name, operation in MODEL.operations.items() if member in input_of(operation.input))


def input_of(shape: str) -> Members:
    return dict(MODEL.shapes[shape].members)


def shape_of_name(operation: str) -> str:
    return str(input_of(MODEL.operations[operation].input)["FunctionName"].shape)


FUNCTION_OPERATIONS = taking("FunctionName")
UNQUALIFIED_OPERATIONS = [name for name in FUNCTION_OPERATIONS if shape_of_name(name) == "UnqualifiedFunctionName"]
# Those that take a qualifier behind the name and beside it.
QUALIFIED_OPERATIONS = sorted(set(FUNCTION_OPERATIONS) & set(taking("Qualifier")) - set(UNQUALIFIED_OPERATIONS))


@pytest.fixture(scope="module")
def other_api() -> Iterator[Api]:
    """One that begins anew for each call that changes something."""
    api = Api()
    yield api
    api.close()


@pytest.fixture(scope="module")
def known(_session_api: Api) -> Known:
    """A world that the tests of refusals share, for nothing of what they ask changes it."""
    _session_api.begin_anew()
    return populate(_session_api)


@pytest.fixture
def unchanged(_session_api: Api, known: Known) -> Iterator[Api]:
    yield _session_api


def beside(operation: str, known: Known) -> Members:
    if operation == "UpdateEventSourceMapping":
        return {"UUID": known.mappings[0]}
    if operation == "PutFunctionCodeSigningConfig":
        return {"CodeSigningConfigArn": known.code_signing_configs[0]}
    return BESIDE.get(operation, {})


class TestFunctions:
    @pytest.mark.parametrize("operation", FUNCTION_OPERATIONS)
    def test_is_the_same_in_every_form_of_its_name(self, other_api: Api, operation: str):
        """Region, account and `function:` may stand before a name or not, each as it likes."""
        api, name, answers = other_api, OF.get(operation, "one"), []
        for form in (
            "{}",
            "function:{}",
            "111111111111:{}",
            "111111111111:function:{}",
            "us-east-1:111111111111:function:{}",
            "arn:aws:lambda:us-east-1:111111111111:function:{}",
        ):
            if not answers or not READING.match(operation):
                api.begin_anew()
                known = populate(api)
            answers.append(api.call(operation, FunctionName=form.format(name), **beside(operation, known)))
        assert answers[0].is_success, answers[0]
        assert [answer.status for answer in answers] == [answers[0].status] * len(answers)
        assert len({_names_in(answer) for answer in answers}) == 1

    @pytest.mark.parametrize("operation", FUNCTION_OPERATIONS)
    @pytest.mark.parametrize("name", ["one", "nobody"])
    def test_of_another_region_cannot_be_reached(self, unchanged: Api, known: Known, operation: str, name: str):
        arn = f"arn:aws:lambda:eu-west-1:111111111111:function:{name}"
        answer = unchanged.call(operation, FunctionName=arn, **beside(operation, known))
        assert (answer.code, answer.message) == (
            "ResourceNotFoundException",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        )

    @pytest.mark.parametrize("operation", FUNCTION_OPERATIONS)
    @pytest.mark.parametrize("name", ["one", "nobody"])
    def test_of_another_account_is_refused_without_a_word(
        self, unchanged: Api, known: Known, operation: str, name: str
    ):
        arn = f"arn:aws:lambda:us-east-1:333333333333:function:{name}"
        answer = unchanged.call(operation, FunctionName=arn, **beside(operation, known))
        assert (answer.status, answer.code, answer.message) == (403, "AccessDeniedException", None)

    @pytest.mark.parametrize("operation", FUNCTION_OPERATIONS)
    def test_another_region_comes_before_another_account(self, unchanged: Api, known: Known, operation: str):
        arn = "arn:aws:lambda:eu-west-1:333333333333:function:one"
        answer = unchanged.call(operation, FunctionName=arn, **beside(operation, known))
        assert answer.code == "ResourceNotFoundException"
        assert "not reachable" in str(answer.message)

    @pytest.mark.parametrize("operation", FUNCTION_OPERATIONS)
    @pytest.mark.parametrize(
        "name",
        [
            "my-function!",
            "*",
            "invalid-account:function:one",
            "arn:aws:ec2:us-east-1:111111111111:instance:one",
            "arn:aws:lambda:us-east:111111111111:function:one",
            "arn:aws:lambda::111111111111:function:one",
            "arn:aws:lambda:us-east-1::function:one",
            "arn:aws:lambda:us-east-1:111111111111:function:one:1:2",
            "function:one:$LATEST:extra",
            "one:$LATES",
            "one:",
        ],
    )
    def test_that_nothing_can_be_called_is_refused_by_the_model(
        self, unchanged: Api, known: Known, operation: str, name: str
    ):
        answer = unchanged.call(operation, FunctionName=name, **beside(operation, known))
        assert answer.code == "ValidationException"
        assert f"Value '{name}' at 'functionName' failed to satisfy constraint: " in str(answer.message)


class TestQualifiers:
    @pytest.mark.parametrize("operation", UNQUALIFIED_OPERATIONS)
    @pytest.mark.parametrize("qualifier", ["1", "live", "$LATEST"])
    def test_are_refused_behind_names_that_take_none(self, unchanged, known, operation, qualifier):
        answer = unchanged.call(operation, FunctionName=f"one:{qualifier}", **beside(operation, known))
        assert answer.code == "ValidationException"
        assert "at 'functionName'" in str(answer.message)

    @pytest.mark.parametrize(
        "operation", [name for name in FUNCTION_OPERATIONS if shape_of_name(name) == "FunctionUrlFunctionName"]
    )
    @pytest.mark.parametrize("qualifier", ["1", "$LATEST"])
    def test_of_urls_are_aliases(self, unchanged, known, operation, qualifier):
        answer = unchanged.call(operation, FunctionName=f"one:{qualifier}", **beside(operation, known))
        assert answer.code == "ValidationException"

    @pytest.mark.parametrize("operation", QUALIFIED_OPERATIONS)
    @pytest.mark.parametrize("form", ["{}:live", "arn:aws:lambda:us-east-1:111111111111:function:{}:live"])
    @pytest.mark.parametrize("name", ["one", "nobody"])
    def test_must_be_the_same_in_both_places(self, unchanged, known, operation, form, name):
        """Before anything is looked up [rec: test_function_name_and_qualifier_validation, 2025-11-25]."""
        members = {**beside(operation, known), "Qualifier": "other"}
        answer = unchanged.call(operation, FunctionName=form.format(name), **members)
        assert (answer.code, answer.message) == (
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        )

    @pytest.mark.parametrize("operation", QUALIFIED_OPERATIONS)
    def test_mean_the_same_in_either_place_and_in_both(self, other_api, operation):
        api, answers = other_api, []
        for members in (
            {"FunctionName": "one", "Qualifier": "live"},
            {"FunctionName": "one:live", "Qualifier": "live"},
            {"FunctionName": "one:live"},
        ):
            if "Qualifier" in members or "Qualifier" not in BESIDE.get(operation, {}):
                api.begin_anew()
                answers.append(api.call(operation, **{**beside(operation, populate(api)), **members}))
        assert len({(answer.status, _names_in(answer), answer.message) for answer in answers}) == 1

    def test_two_violations_are_told_at_once(self, unchanged):
        answer = unchanged.call("GetFunction", FunctionName="a!", Qualifier="b!")
        assert str(answer.message).startswith("2 validation errors detected: ")


LAYER_OPERATIONS = sorted(set(taking("LayerName")) - {"PublishLayerVersion"})
BESIDE_LAYER: dict[str, Members] = {
    "AddLayerVersionPermission": {"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "*"},
    "RemoveLayerVersionPermission": {"StatementId": "first"},
}


class TestLayers:
    @pytest.mark.parametrize("operation", LAYER_OPERATIONS)
    def test_is_the_same_by_name_and_by_arn(self, other_api, operation):
        api, statuses = other_api, []
        for name in ("lib", "arn:aws:lambda:us-east-1:111111111111:layer:lib"):
            api.begin_anew()
            populate(api)
            statuses.append(api.call(operation, **_of_layer(operation, name)).status)
        assert statuses[0] < 300
        assert statuses[0] == statuses[1]

    @pytest.mark.parametrize("operation", [*LAYER_OPERATIONS, "PublishLayerVersion"])
    def test_of_another_region_cannot_be_reached(self, unchanged, operation):
        answer = unchanged.call(operation, **_of_layer(operation, "arn:aws:lambda:eu-west-1:111111111111:layer:lib"))
        assert (answer.code, answer.message) == (
            "ResourceNotFoundException",
            "Layers from 'eu-west-1' are not reachable in this region ('us-east-1')",
        )

    @pytest.mark.parametrize("operation", [*LAYER_OPERATIONS, "PublishLayerVersion"])
    def test_of_another_account_is_refused(self, unchanged, operation):
        answer = unchanged.call(operation, **_of_layer(operation, "arn:aws:lambda:us-east-1:333333333333:layer:lib"))
        assert (answer.status, answer.code) == (403, "AccessDeniedException")

    def test_versions_by_arn_are_told_apart_likewise(self, unchanged):
        for where, status in (
            ("us-east-1:111111111111", 200),
            ("eu-west-1:111111111111", 404),
            ("us-east-1:333333333333", 403),
        ):
            answer = unchanged.call("GetLayerVersionByArn", Arn=f"arn:aws:lambda:{where}:layer:lib:1")
            assert answer.status == status


TAGGED = {
    "function:one": "Function not found",
    "event-source-mapping:{mapping}": "Event source mapping not found",
    "capacity-provider:fleet": "Capacity provider not found",
    "code-signing-config:{signing}": "Code signing config not found",
}


class TestResources:
    @pytest.mark.parametrize("operation", ["ListTags", "TagResource", "UntagResource"])
    @pytest.mark.parametrize("resource", TAGGED)
    def test_elsewhere_are_not_here(self, unchanged: Api, known: Known, operation: str, resource: str):
        """For functions as everywhere; other kinds are not found, with the ARN that was asked for."""
        part = resource.format(mapping=known.mappings[0], signing=known.code_signing_configs[0].rpartition(":")[2])
        beside = {"TagResource": {"Tags": {"a": "b"}}, "UntagResource": {"TagKeys": ["a"]}}.get(operation, {})
        for where in ("eu-west-1:111111111111", "us-east-1:333333333333"):
            arn = f"arn:aws:lambda:{where}:{part}"
            answer = unchanged.call(operation, Resource=arn, **beside)
            assert answer.status in (403, 404)
            if not resource.startswith("function"):
                assert answer.message == f"{TAGGED[resource]}: {arn}"

    # What becomes of a region and an account in the ARN of a new one is not known.
    @pytest.mark.parametrize("operation", sorted({*taking("CapacityProviderName")} - {"CreateCapacityProvider"}))
    @pytest.mark.parametrize("where", ["eu-west-1:111111111111", "us-east-1:333333333333"])
    def test_capacity_providers_elsewhere_are_not_here(self, unchanged: Api, operation: str, where: str):
        answer = unchanged.call(operation, CapacityProviderName=f"arn:aws:lambda:{where}:capacity-provider:fleet")
        assert answer.code == "ResourceNotFoundException"

    @pytest.mark.parametrize("operation", ["GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"])
    def test_policies_are_reached_as_functions_are(self, unchanged: Api, operation: str):
        beside = {"Policy": "{}"} if operation == "PutResourcePolicy" else {}
        for where, status in (("eu-west-1:111111111111", 404), ("us-east-1:333333333333", 403)):
            answer = unchanged.call(operation, ResourceArn=f"arn:aws:lambda:{where}:function:one", **beside)
            assert answer.status == status


def _of_layer(operation: str, name: str) -> Members:
    numbered = {"VersionNumber": 1} if "VersionNumber" in input_of(MODEL.operations[operation].input) else {}
    content = {"Content": {"ZipFile": zip_file()}} if operation == "PublishLayerVersion" else {}
    return {"LayerName": name, **numbered, **content, **BESIDE_LAYER.get(operation, {})}


def _names_in(answer: Answer) -> str:
    """The ARNs of functions in an answer: whatever form the name had, they are whole and always the same."""
    return " ".join(re.findall(r"arn:aws:lambda:[^'\"}\\]*:function:[^'\"}\\]*", str(answer.members)))
