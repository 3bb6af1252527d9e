"""Packages of functions and layers that are in S3, with one URL for all services (moto), and without any."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.serving import Server, serving

ROLE = "arn:aws:iam::000000000000:role/r"
BUCKET = "packages"
SETTINGS = {"Role": ROLE, "Runtime": "python3.12", "Handler": "index.handler"}
SAYING = "def handler(event, context):\n    return {!r}\n"


def package(says: str, **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {"index.py": SAYING.format(says).encode(), **more}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def refusal(ask: Any, **members: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        ask(**members)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--services", "--allow-runtime-substitution", "--settle-seconds", "0") as server:
        where = {"LocationConstraint": "eu-west-1"}
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield server


@pytest.fixture(scope="module")
def s3(server: Server) -> Any:
    return server.client("s3")


@pytest.fixture(scope="module")
def functions(server: Server) -> Any:
    return server.client("lambda")


def answer(functions: Any, name: str) -> Any:
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    return json.load(functions.invoke(FunctionName=name)["Payload"])


@pytest.mark.slow
class TestFunctions:
    def test_are_created_from_an_object_and_run_it(self, s3, functions):
        code = package("from S3")
        s3.put_object(Bucket=BUCKET, Key="a b/fn.zip", Body=code)
        created = functions.create_function(
            FunctionName="stored", Code={"S3Bucket": BUCKET, "S3Key": "a b/fn.zip"}, **SETTINGS
        )
        assert created["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
        assert (created["CodeSize"], created["State"]) == (len(code), "Pending")
        functions.get_waiter("function_active_v2").wait(FunctionName="stored", WaiterConfig={"Delay": 0.05})
        assert answer(functions, "stored") == "from S3"

    def test_are_updated_from_a_version_of_an_object(self, s3, functions):
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        old, new = (s3.put_object(Bucket=BUCKET, Key="v", Body=package(says)) for says in ("old", "new"))
        functions.create_function(FunctionName="versioned", Code={"ZipFile": package("first")}, **SETTINGS)
        functions.get_waiter("function_active_v2").wait(FunctionName="versioned", WaiterConfig={"Delay": 0.05})
        where = {"FunctionName": "versioned", "S3Bucket": BUCKET, "S3Key": "v"}
        functions.update_function_code(**where)
        assert answer(functions, "versioned") == "new"
        functions.update_function_code(**where, S3ObjectVersion=old["VersionId"])
        assert answer(functions, "versioned") == "old"
        dry = functions.update_function_code(**where, S3ObjectVersion=new["VersionId"], DryRun=True)
        assert dry["CodeSha256"] != functions.get_function_configuration(FunctionName="versioned")["CodeSha256"]
        code, said = refusal(functions.update_function_code, **where, S3ObjectVersion="none")
        assert code == "InvalidParameterValueException"
        assert said.startswith("Error occurred while GetObject. S3 Error Code: NoSuchVersion. S3 Error Message: ")

    @pytest.mark.parametrize(
        ("bucket", "key", "said"),
        [
            ("no-such-bucket", "k", "NoSuchBucket. S3 Error Message: The specified bucket does not exist"),
            (BUCKET, "none", "NoSuchKey. S3 Error Message: The specified key does not exist."),
        ],
    )
    def test_are_refused_where_there_is_no_object_as_aws_words_it(self, functions, bucket, key, said):
        where = {"S3Bucket": bucket, "S3Key": key}
        expected = ("InvalidParameterValueException", f"Error occurred while GetObject. S3 Error Code: {said}")
        assert refusal(functions.create_function, FunctionName="none", Code=where, **SETTINGS) == expected
        assert refusal(functions.get_function, FunctionName="none")[0] == "ResourceNotFoundException"

    def test_are_refused_from_another_region(self, server):
        there = server.client("lambda", region="us-west-2")
        said = refusal(
            there.create_function, FunctionName="far", Code={"S3Bucket": BUCKET, "S3Key": "none"}, **SETTINGS
        )[1]
        assert said == (
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: "
            "The bucket is in this region: eu-west-1. Please use this region to retry the request"
        )

    def test_are_refused_if_the_object_is_no_package_or_too_large(self, s3, functions):
        s3.put_object(Bucket=BUCKET, Key="text", Body=b"def handler")
        s3.put_object(Bucket=BUCKET, Key="large", Body=package("", zeros=bytes(262_144_000)))
        members = {"FunctionName": "no", **SETTINGS}
        said = [
            refusal(functions.create_function, Code={"S3Bucket": BUCKET, "S3Key": key}, **members)[1]
            for key in ("text", "large")
        ]
        assert said == [
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
            "Unzipped size must be smaller than 262144000 bytes",
        ]

    def test_that_bear_the_same_name_are_created_once(self, s3, server):
        s3.put_object(Bucket=BUCKET, Key="race", Body=package("one of them"))
        outcomes = server.at_once(
            8,
            lambda client: client.create_function(
                FunctionName="raced", Code={"S3Bucket": BUCKET, "S3Key": "race"}, **SETTINGS
            ),
        )
        codes = sorted(str(outcome) for outcome in outcomes if isinstance(outcome, ClientError))
        assert len(codes) == 7
        assert all("Function already exist: raced" in code for code in codes)

    def test_other_checks_come_first(self, functions):
        code = {"S3Bucket": "no-such-bucket", "S3Key": "k"}
        said = refusal(functions.create_function, FunctionName="no", Code=code, **{**SETTINGS, "Runtime": "cobol"})[1]
        assert said.startswith("Value cobol at 'runtime'")
        said = refusal(functions.update_function_code, FunctionName="nobody", S3Bucket="no-such-bucket", S3Key="k")[1]
        assert said.startswith("Function not found: ")

    def test_of_another_account_are_fetched_with_its_credentials(self, s3, server):
        s3.put_object(Bucket=BUCKET, Key="shared", Body=package("shared"))
        theirs = server.client("lambda", "111122223333")
        theirs.create_function(FunctionName="theirs", Code={"S3Bucket": BUCKET, "S3Key": "shared"}, **SETTINGS)
        arn = theirs.get_function_configuration(FunctionName="theirs")["FunctionArn"]
        assert arn == "arn:aws:lambda:eu-west-1:111122223333:function:theirs"


@pytest.mark.slow
class TestLayers:
    def test_are_published_from_an_object(self, s3, functions):
        content = package("a layer")
        s3.put_object(Bucket=BUCKET, Key="layer.zip", Body=content)
        published = functions.publish_layer_version(
            LayerName="stored", Content={"S3Bucket": BUCKET, "S3Key": "layer.zip"}
        )
        assert published["Content"]["CodeSize"] == len(content)
        assert published["Content"]["CodeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()

    def test_are_refused_where_there_is_none(self, functions):
        said = refusal(functions.publish_layer_version, LayerName="no", Content={"S3Bucket": BUCKET, "S3Key": "none"})
        assert said[1].startswith("Error occurred while GetObject. S3 Error Code: NoSuchKey.")


class TestWithoutACompanion:
    @pytest.fixture
    def functions(self) -> Iterator[Any]:
        with serving() as server:
            yield server.client("lambda")

    def test_it_is_said_in_plain_words_what_to_start(self, functions):
        code = {"S3Bucket": "bucket", "S3Key": "k"}
        with pytest.raises(ClientError) as caught:
            functions.create_function(FunctionName="fn", Code=code, **SETTINGS)
        answer = caught.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert "x-amzn-errortype" not in answer["ResponseMetadata"]["HTTPHeaders"]
        assert "--services" in answer["Error"]["Message"]

    def test_other_refusals_are_aws_s(self, functions):
        code = {"S3Bucket": "bucket"}
        assert refusal(functions.create_function, FunctionName="fn", Code=code, **SETTINGS)[0] == (
            "InvalidParameterValueException"
        )


def test_a_companion_that_is_not_there_is_our_failure_and_no_answer_of_aws():
    with serving("--companion-endpoint", "http://127.0.0.1:9") as server, pytest.raises(ClientError) as caught:
        code = {"S3Bucket": "bucket", "S3Key": "k"}
        server.client("lambda").create_function(FunctionName="fn", Code=code, **SETTINGS)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "x-amzn-errortype" not in answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer["Error"]["Message"].startswith("Lambda asked `s3` of the companion endpoint http://127.0.0.1:9")
