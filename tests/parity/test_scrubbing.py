"""No secret is ever written: tokens take its place, and what they missed is refused."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity.scrubbing import SecretsLeft, find_leaks, refuse_secrets
from parity.snapshot import FromEmulator, merge
from parity.tokens import tokenise
from tests.parity.seen_answers import ACCOUNT, KNOWN, answer, run, scenario, seen, step

# Made up, in the form of the real ones.
ACCESS_KEY = "ASIAQWERTYUIOPASDFGH"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ" + "D3xYz0AbC/" * 12 + "=="
SIGNED_URL = (
    "https://awslambda-eu-west-1-tasks.s3.eu-west-1.amazonaws.com/snapshots/x?versionId=1"
    f"&X-Amz-Security-Token={quote(SESSION_TOKEN)}&X-Amz-Credential={ACCESS_KEY}%2F20261123&X-Amz-Signature=0a1b2c"
)
ADDRESS = "52.95.110.7"
ADDRESS6 = "2a05:d018:1234:5678:9abc:def0:1234:5678"
MAIL = "jane.doe@example-corp.com"
OTHER_ACCOUNT = "998877665544"
SECRETS = (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, SIGNED_URL, ADDRESS, ADDRESS6, MAIL, ACCOUNT)

FED = {
    "environment": {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
    },
    "Code": {"Location": SIGNED_URL},
    "text": f"{ACCESS_KEY}, {SECRET_KEY} and {SIGNED_URL} at {ADDRESS} or [{ADDRESS6}] for {MAIL}, account {ACCOUNT}.",
    "layer": f"arn:aws:lambda:eu-west-1:{OTHER_ACCOUNT}:layer:x:1",
    "image": f"{OTHER_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/x",
    "json": json.dumps({"key": SECRET_KEY, "url": SIGNED_URL}),
    "bucket": f"assets-{ACCOUNT}-eu-west-1",
    ACCOUNT: [ADDRESS, MAIL],
    "harmless": [
        "127.0.0.1",
        "169.254.100.1",
        "10:11:12",
        "1.2.3",
        "c6af9ac67b6111e69a4193e8deadbeefc6af9ac6",
        "user@host",
    ],
}


def written(body, **members):
    of = scenario(step("one", **members))
    observed = run(
        seen("one", answer(body), path=f"/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A{ACCOUNT}%3Af")
    )
    return merge(None, tokenise(observed, of), of, FromEmulator()).snapshot.encode()


def test_a_recording_that_was_fed_secrets_holds_none_of_them():
    content = written(FED)
    for secret in (*SECRETS, OTHER_ACCOUNT, "X-Amz-Signature"):
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
            assert form.encode() not in content, secret
    refuse_secrets(content, secrets=(ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, ACCOUNT))


def test_what_only_looks_a_little_like_a_secret_stays():
    body = json.loads(written(FED))["steps"]["one"]["response"]["body"]
    assert body["harmless"] == FED["harmless"]


def test_the_tokens_keep_which_is_which():
    body = json.loads(written(FED))["steps"]["one"]["response"]["body"]
    assert body["environment"] == {
        "AWS_ACCESS_KEY_ID": "<access-key-id:1>",
        "AWS_SECRET_ACCESS_KEY": "<secret-key:1>",
        "AWS_SESSION_TOKEN": "<session-token:1>",
    }
    assert body["layer"] == "arn:<partition:1>:lambda:<region:1>:<other-account-id:1>:layer:x:1"
    assert body["text"].startswith("<access-key-id:1>, <secret-key:1> and <presigned-url> at <ip-address:")


@pytest.mark.parametrize(
    "hidden",
    [
        f"key {SECRET_KEY}",
        quote(SECRET_KEY, safe=""),
        base64.b64encode(SECRET_KEY.encode()).decode(),
        base64.b64encode(b"{'x': '" + SECRET_KEY.encode() + b"'}").decode(),
        json.dumps({"nested": SECRET_KEY}),
    ],
)
def test_what_the_tokens_missed_is_refused_in_every_form(hidden):
    content = json.dumps({"steps": {"one": [{"body": hidden}]}}).encode()
    with pytest.raises(
        SecretsLeft, match=r"^steps\.one\.0\.body would hold (a secret of this run|what looks like)"
    ) as error:
        refuse_secrets(content, secrets=[SECRET_KEY])
    assert SECRET_KEY not in error.value.message
    assert error.value.exit_code == 2


@pytest.mark.parametrize("where", [{"a": ACCOUNT}, {ACCOUNT: 1}, {"a": int(ACCOUNT)}, {"a": f"x{ACCOUNT}y"}])
def test_an_account_id_is_refused_wherever_it_stands(where):
    assert list(find_leaks(json.dumps(where).encode(), secrets=[ACCOUNT]))


@pytest.mark.parametrize("text", [ACCESS_KEY, SESSION_TOKEN, SIGNED_URL, MAIL, f"at {ADDRESS} now", SECRET_KEY])
def test_patterns_need_no_list_of_secrets(text):
    content = json.dumps({"a": text}).encode()
    assert list(find_leaks(content))
    assert not list(find_leaks(content, literals=f"the scenario itself says {text}"))


@settings(deadline=None)
@given(before=st.text(max_size=5), after=st.text(max_size=5))
def test_base64_hides_nothing_at_any_offset(before, after):
    hidden = base64.b64encode(f"{before}{ACCOUNT}{after}".encode()).decode()
    assert list(find_leaks(json.dumps({"a": hidden}).encode(), secrets=[ACCOUNT]))


def test_an_ordinary_snapshot_passes():
    refuse_secrets(
        written({"FunctionArn": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:x", "n": [1, None, True]}),
        secrets=[ACCOUNT],
    )
    assert KNOWN[ACCOUNT] == "account-id"
