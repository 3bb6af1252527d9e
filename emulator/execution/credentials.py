"""Credentials for function code, in the form that AWS's have.

They open nothing: every AWS-compatible endpoint on a developer's machine takes any. But the access key bears the
account, as on AWS; so a service that is called with it can tell which account calls, and ours does.
"""

import base64
import secrets

from emulator import ids

_TOKEN_HEAD = base64.b64decode("IQoJ")  # how the session tokens that STS gives today begin
_TOKEN_BYTES = 213


def temporary_credentials(account_id: str) -> dict[str, str]:
    """The three variables that hold the credentials of a role's session."""
    return {
        "AWS_ACCESS_KEY_ID": ids.access_key(account_id),
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_SESSION_TOKEN": base64.b64encode(_TOKEN_HEAD + secrets.token_bytes(_TOKEN_BYTES)).decode(),
    }
