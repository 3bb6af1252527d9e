"""Credentials for function code, in the form that AWS's have.

They open nothing: every AWS-compatible endpoint on a developer's machine takes any. But the access key bears the
account, as on AWS, where the letters behind `ASIA` are a number whose upper bits are the account id; so a service
that is called with it can tell which account calls.
"""

import base64
import secrets

_SHIFT = 7  # the account id stands above the lowest seven bits of the first 48
_KEY_BYTES = 10  # 16 letters of base32
_TOKEN_HEAD = base64.b64decode("IQoJ")  # how the session tokens that STS gives today begin
_TOKEN_BYTES = 213


def temporary_credentials(account_id: str) -> dict[str, str]:
    """The three variables that hold the credentials of a role's session."""
    return {
        "AWS_ACCESS_KEY_ID": _access_key(account_id),
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_SESSION_TOKEN": base64.b64encode(_TOKEN_HEAD + secrets.token_bytes(_TOKEN_BYTES)).decode(),
    }


def _access_key(account_id: str) -> str:
    head = ((1 << 47) | (int(account_id) << _SHIFT) | secrets.randbits(_SHIFT)).to_bytes(6, "big")
    return "ASIA" + base64.b32encode(head + secrets.token_bytes(_KEY_BYTES - len(head))).decode()
