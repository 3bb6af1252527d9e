"""UpdateFunctionCode, and the downloads behind GetFunction's links."""

import base64
import hashlib
from urllib.parse import urlsplit

import pytest

from emulator.operations.function_code import code_download
from emulator.wire.messages import Request


def test_the_old_code_runs_until_the_update_has_settled(world):
    world.create()
    old = world.function().running
    world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
    function = world.function()
    assert function.running is old
    assert function.latest.code.zip_bytes == world.other_code
    assert world.dispatcher.retired == []
    world.settle()
    assert function.running is function.latest
    assert world.dispatcher.retired == [old.key]


def test_the_hash_and_the_size_are_those_of_the_zip(world):
    answer = world.create()
    assert answer["CodeSha256"] == base64.b64encode(hashlib.sha256(world.code).digest()).decode()
    assert answer["CodeSize"] == len(world.code)


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"])
def test_nothing_may_change_a_pending_function(world, operation):
    world.create(settled=False)
    members = {"ZipFile": world.code} if operation == "UpdateFunctionCode" else {}
    refused = world.refusal(operation, FunctionName="fn", **members)
    assert (refused.code, refused.message) == (
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    )


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"])
class TestOperationsOnLatest:
    def members(self, world, operation):
        return {"ZipFile": world.code} if operation == "UpdateFunctionCode" else {}

    def test_exclude_one_another(self, world, operation):
        world.create()
        world.do("UpdateFunctionConfiguration", FunctionName="fn", Timeout=9)
        refused = world.refusal(operation, FunctionName="fn", **self.members(world, operation))
        assert refused.message == (
            f"The operation cannot be performed at this time. An update is in progress for resource: {world.arn()}"
        )

    def test_check_the_revision(self, world, operation):
        world.create()
        present = world.do("GetFunctionConfiguration", FunctionName="fn")["RevisionId"]
        members = self.members(world, operation)
        refused = world.refusal(operation, FunctionName="fn", RevisionId="0" * 8, **members)
        assert refused.code == "PreconditionFailedException"
        world.do(operation, FunctionName="fn", RevisionId=present, **members)

    def test_take_no_version(self, world, operation):
        world.create(Publish=True)
        members = self.members(world, operation)
        assert world.refusal(operation, FunctionName="fn:1", **members).message == (
            "Current operation does not support versions other than $LATEST"
        )
        world.do(operation, FunctionName="fn:$LATEST", **members)

    def test_need_a_function(self, world, operation):
        refused = world.refusal(operation, FunctionName="fn", **self.members(world, operation))
        assert (refused.code, refused.message) == ("ResourceNotFoundException", f"Function not found: {world.arn()}")


def test_a_dry_run_shows_and_changes_nothing(world):
    world.create()
    before = world.do("GetFunctionConfiguration", FunctionName="fn")
    shown = world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code, DryRun=True)
    assert shown["CodeSha256"] != before["CodeSha256"]
    assert world.do("GetFunctionConfiguration", FunctionName="fn") == before
    assert world.refusal("UpdateFunctionCode", FunctionName="fn", ZipFile=b"no zip", DryRun=True)


def test_a_full_account_takes_no_more_code(world, monkeypatch):
    monkeypatch.setattr("emulator.quotas.TOTAL_CODE_SIZE", len(world.code) + 1)
    world.create()
    refused = world.refusal("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
    assert (refused.code, refused.message) == ("CodeStorageExceededException", "Code storage limit exceeded.")


class TestDownload:
    @pytest.fixture
    def location(self, world):
        world.create()
        return urlsplit(world.do("GetFunction", FunctionName="fn")["Code"]["Location"])

    @pytest.fixture
    def download(self, world):
        handler = code_download(world.store.code_links, world.clock)
        return lambda path, query: handler(Request("GET", path, query, {}))

    def test_the_link_leads_to_the_zip(self, world, location, download):
        answer = download(location.path, location.query)
        assert (answer.status, answer.body) == (200, world.code)
        assert f"{location.scheme}://{location.netloc}" == "http://localhost:4566"

    def test_it_outlives_the_code_but_not_ten_minutes(self, world, location, download):
        world.do("UpdateFunctionCode", FunctionName="fn", ZipFile=world.other_code)
        world.clock.move(600)
        assert download(location.path, location.query).body == world.code
        world.clock.move(1)
        expired = download(location.path, location.query)
        assert expired.status == 403
        assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in expired.body

    def test_a_link_that_was_given_out_again_expires_by_its_own_date(self, world, location, download):
        world.clock.move(300)
        later = urlsplit(world.do("GetFunction", FunctionName="fn")["Code"]["Location"])
        world.clock.move(301)
        assert download(location.path, location.query).status == 403
        assert download(later.path, later.query).status == 200

    @pytest.mark.parametrize(
        "change", [("X-Amz-Date=2026", "X-Amz-Date=2027"), ("Signature=", "Signature=0"), ("X", "Y")]
    )
    def test_it_cannot_be_altered(self, location, download, change):
        answer = download(location.path, location.query.replace(*change))
        assert answer.status == 403
        assert b"SignatureDoesNotMatch" in answer.body

    def test_another_token_opens_nothing(self, location, download):
        assert download(location.path + "0", location.query).status == 403
