"""Every row of the reference on function URLs (function-urls.md) that has evidence, and what shows that we do it."""

import pytest

from tests.emulator.reference_rows import NotHere, Rows, assert_complete, assert_is_there, proofs

HERE = "tests/emulator/function_urls"
EVENT, RESULT, ACCESS, CORS = (f"{HERE}/test_{name}.py" for name in ("event", "result", "access", "cors"))
SOCKETS = "tests/integration/test_function_urls.py"
CONFIG = "tests/emulator/operations/test_function_url_config.py"
# Both member by member with answers of AWS; the first has the length too.
RECORDED, ANSWER = f"{RESULT}::test_recorded_responses", "function-url/public#answer"
NODE = "tests/emulator/executors/test_nodejs_runtime.py"

URLS: Rows = {
    ("1", "Form"): (f"{CONFIG}::test_the_address_and_the_dates", f"{CONFIG}::test_a_url_never_comes_back"),
    ("1", "Attaches to"): ("function-url/qualifiers#create-version", "function-url/aliases#create"),
    ("1", "`AuthType`"): ("function-url/unknown-mode#auth",),
    ("1", "`InvokeMode`"): ("function-url/unknown-mode#create", "function-url/invoke-mode#update"),
    ("1", "Create answer"): ("function-url/public#url", "function-url/invoke-mode#create"),
    ("1", "Methods"): (f"{SOCKETS}::test_any_method", f"{SOCKETS}::test_an_answer_to_head_has_no_body"),
    ("1", "Throttle"): (
        "function-url/answers#throttled",
        "tests/emulator/execution/test_concurrency.py::test_ten_calls_a_second_for_each_reserved_execution",
    ),
    ("2", "`NONE`"): ("function-url/answers#without-permission", "function-url/public#permission"),
    ("2", "`AWS_IAM`, same account"): (f"{ACCESS}::test_with_iam_the_owners_own_may_unless_they_are_denied",),
    ("2", "`AWS_IAM`, other account"): (f"{ACCESS}::test_with_iam_others_need_both_permissions",),
    ("2", "New rule (Oct 2025)"): (
        "function-url/answers#one-permission",
        "function-url/answers#second-permission",
        f"{ACCESS}::test_a_public_url_needs_both_permissions_for_everybody",
    ),
    ("2", "Statement made by AddPermission"): ("function-url/public#permission",),
    ("3", "Unknown url-id"): (f"{SOCKETS}::test_a_url_that_does_not_exist", "function-url/answers#deleted"),
    ("3", "No permission, or the alias"): (
        "function-url/answers#without-permission",
        "function-url/deleted-alias#answer-without-alias",
    ),
    ("3", "Function throws, times out or crashes"): (
        f"{SOCKETS}::test_a_failure_is_not_shown",
        f"{SOCKETS}::test_nor_is_a_timeout",
        f"{RESULT}::test_what_is_no_response",
    ),
    ("3", "Throttled"): ("function-url/answers#throttled",),
    ("3", "Payload > 6 MB"): (f"{SOCKETS}::test_what_is_too_large",),
    ("3", "Metrics"): NotHere("no metrics are kept"),
    # Published since: the cookies stay among them.
    ("4", "`headers`"): (
        f"{SOCKETS}::test_a_header_that_is_sent_twice",
        f"{EVENT}::test_cookies_have_a_place_of_their_own_and_stay_where_they_were",
        f"{EVENT}::test_what_concerns_the_connection_is_not_passed_on",
    ),
    ("4", "`queryStringParameters`"): (
        f"{EVENT}::test_the_query_is_kept_raw_and_decoded",
        "function-url/answers#event",
    ),
    ("4", "`rawQueryString`"): (f"{EVENT}::test_the_query_is_kept_raw_and_decoded", "function-url/answers#event"),
    # Published since the reference was written: it is as it was sent, and not decoded.
    ("4", "`rawPath`, `http.path`"): (f"{EVENT}::test_every_member_of_a_plain_request", "function-url/answers#event"),
    # Published since: `authentication` is in no event.
    ("4", "`requestContext`"): (
        f"{EVENT}::test_every_member_of_a_plain_request",
        f"{EVENT}::test_who_has_signed_is_told",
    ),
    ("4", "`requestContext.requestId`"): ("function-url/answers#event",),
    ("4", "`body`"): (
        f"{EVENT}::test_a_recorded_form",
        f"{EVENT}::test_which_bodies_are_text",
        "function-url/form#types",
    ),
    ("4", "Added headers"): (
        f"{EVENT}::test_every_member_of_a_plain_request",
        f"{EVENT}::test_the_address_that_a_proxy_tells_stays",
    ),
    ("4", "url-id"): (f"{CONFIG}::test_the_address_and_the_dates",),
    ("5", "object `{"): (RECORDED, ANSWER),
    ("5", '`{"statusCode"'): (RECORDED, ANSWER),
    ("5", "proxy response whose body is JSON text"): (RECORDED, ANSWER),
    ("5", "list"): (RECORDED, ANSWER),
    ("5", "string `hello`"): (RECORDED, ANSWER),
    ("5", "3 / 3.1 / true"): (RECORDED, ANSWER),
    ("5", "Function headers are passed on"): (f"{RESULT}::test_all_of_a_response", "function-url/answers#response"),
    ("5", "`cookies[]`"): (f"{SOCKETS}::test_the_function_describes_the_response", "function-url/answers#response"),
    ("5", "`isBase64Encoded: true`"): ("function-url/answers#base64",),
    ("5", "Content type default"): (RECORDED, ANSWER),
    ("5", "`statusCode` must be"): (f"{RESULT}::test_what_is_no_response",),
    ("5", "Front-end headers"): NotHere("which there are is unsure; test_the_function_gets_the_request has the id"),
    ("6", "The function is called with InvokeWithResponseStream"): (
        f"{SOCKETS}::test_head_and_body_come_while_the_function_writes",
        "tests/emulator/runtime_api/test_streamed_responses.py::test_what_is_beyond_the_limit_is_not_passed_on",
    ),
    ("6", "Node: `awslambda.HttpResponseStream.from"): (
        f"{NODE}::test_status_and_headers_go_in_front",
        "function-url/streamed-answers#head",
    ),
    ("6", "Without that content type"): ("function-url/streamed-answers#type", "function-url/streamed-answers#no-type"),
    ("6", "A buffered proxy-style object"): ("function-url/stream-of-a-whole-response#described",),
    ("6", "Errors after the first byte"): (f"{SOCKETS}::test_an_error_after_it_cuts_the_body",),
    ("6", "Not available for URLs reached through a VPC"): NotHere("there are no VPC endpoints here"),
}


@pytest.mark.parametrize("proof", proofs(URLS))
def test_what_shows_a_row_is_there(proof: str):
    assert_is_there(proof)


def test_no_row_of_the_reference_is_missing():
    assert_complete("function-urls.md", URLS, points=True)
