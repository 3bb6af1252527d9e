"""Credentials for function code, in the form that AWS's have.

They open nothing: every AWS-compatible endpoint on a developer's machine takes any. But the access key bears the
account, as on AWS; so a service that is called with it can tell which account calls, and ours does.
"""

import base64
import hmac
import os
import secrets

from emulator import ids

_TOKEN_HEAD = base64.b64decode("IQoJ")  # how the session tokens that STS gives today begin
_TOKEN_BYTES = 213
_SECRET_BYTES = 30
_key = secrets.token_bytes(32)  # of this process, as the functions are that were given credentials


def temporary_credentials(account_id: str) -> dict[str, str]:
    """The three variables that hold the credentials of a role's session."""
    access_key = ids.access_key(account_id)
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": _secret(access_key),
        "AWS_SESSION_TOKEN": base64.b64encode(_TOKEN_HEAD + secrets.token_bytes(_TOKEN_BYTES)).decode(),
    }


def secret_of(access_key: str) -> str | None:
    """The secret key of credentials that a function was given, or of the emulator's own environment; else None."""
    if access_key == os.environ.get("AWS_ACCESS_KEY_ID"):
        return os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key.isdigit() or ids.account_of(access_key) is None:
        return None
    return _secret(access_key)


def _secret(access_key: str) -> str:
    digest = hmac.digest(_key, access_key.encode(), "sha256")[:_SECRET_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
