"""AWS as a target: the user's own credentials, nothing that could redirect them, and patience with its moods."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import botocore
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    SSLError,
)

from parity.aws_guard import is_aws_host, masked, redirections
from parity.errors import ParityError, TargetUnreachable
from parity.evidence import AwsWitness
from parity.patience import Patience
from parity.targets.target import Target, new_session, sdk_config
from parity.targets.wire_capture import Exchange, Wire

_LONGEST_INVOCATION = 910.0  # seconds: a synchronous invocation may take 15 minutes


class Aws(Target):
    """The Lambda API of AWS, in one account and region.

    Entering refuses settings that could lead elsewhere, asks STS who we are, and raises ParityError with one line for
    every way in which that fails. No request leaves for a host that is not AWS's, and no answer from one is accepted.
    """

    evidence = "aws"
    settles_at_once = False
    throttles = True

    def __init__(
        self, *, region: str | None = None, profile: str | None = None, patience: Patience | None = None
    ) -> None:
        super().__init__()
        self._session = new_session(profile)
        self._wanted_region = region
        self.patience = patience or Patience()

    def __enter__(self) -> Self:
        with _one_line_errors():
            self._refuse_redirections()
            if self._session.get_credentials() is None:
                raise NoCredentialsError
            # botocore itself reads AWS_DEFAULT_REGION alone
            configured = os.environ.get("AWS_REGION") or self._session.get_config_variable("region")
            self.region = self._wanted_region or configured or ""
            if not self.region:
                raise NoRegionError
            identity = self.client("sts").get_caller_identity()
        self.account_id = str(identity["Account"])
        self.partition = str(identity["Arn"]).split(":")[1]
        self.name = f"AWS account {masked(self.account_id)} in {self.region}"
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        credentials = self._session.get_credentials().get_frozen_credentials()
        held = (self.account_id, credentials.access_key, credentials.secret_key, credentials.token)
        return tuple(secret for secret in held if secret)

    def witness(self, exchange: Exchange) -> AwsWitness:
        """What lets a snapshot claim that AWS gave this answer. Raises ParityError where AWS cannot have given it."""
        try:
            return AwsWitness(
                host=exchange.host,
                request_id=exchange.answer.headers.get("x-amzn-requestid", ""),
                region=self.region,
                date=datetime.now(UTC).date().isoformat(),
                sdk=f"botocore {botocore.__version__}",
            )
        except ValueError as error:
            raise ParityError(f"{exchange.sent.method} {exchange.sent.path}: {error}") from None

    def _refuse_redirections(self) -> None:
        profile = self._session.get_scoped_config()
        services = self._session.full_config.get("services", {}).get(profile.get("services", ""), {})
        found = redirections(os.environ, profile, services)
        if found:
            raise ParityError(f"--aws asks AWS itself, but {found[0]} could lead elsewhere; unset it")

    def _make_client(self, service: str, *, read_timeout: float, **settings: Any) -> Any:
        client = self._session.create_client(
            service,
            region_name=self.region,
            verify=True,  # the public authorities: a bundle of the user's own could vouch for another host
            config=sdk_config(
                read_timeout,
                ignore_configured_endpoint_urls=True,
                account_id_endpoint_mode="disabled",  # or DynamoDB's host name would hold the account id
                **settings,
            ),
        )
        client.meta.events.register_first("before-send", _check_request)
        client.meta.events.register_first("needs-retry", _check_response)
        return client

    def _make_wire(self) -> Wire:
        client = self._make_client("lambda", read_timeout=_LONGEST_INVOCATION, parameter_validation=False)
        return Wire(client, self._session.get_credentials(), check_url=_refuse_foreign)


def _check_request(request: Any, **_: Any) -> None:
    _refuse_foreign(request.url)


def _check_response(response: Any = None, **_: Any) -> None:
    if response is not None:
        _refuse_foreign(response[0].url)


def _refuse_foreign(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not is_aws_host(parts.hostname):
        raise ParityError(f"--aws asks AWS itself, but {parts.scheme}://{parts.hostname} is no host of AWS")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except NoCredentialsError:
        raise ParityError("no AWS credentials were found; log in (aws sso login) or set AWS_PROFILE") from None
    except NoRegionError:
        raise ParityError("no region is set; give --region or set AWS_REGION") from None
    except ClientError as error:
        raise ParityError(f"AWS does not accept the credentials: {_worded(error)}") from None
    except SSLError as error:
        raise TargetUnreachable(f"AWS cannot be reached past what intercepts TLS here: {error}") from None
    except (EndpointConnectionError, HTTPClientError) as error:
        raise TargetUnreachable(f"AWS cannot be reached: {error}") from None
    except BotoCoreError as error:
        raise ParityError(f"the AWS settings cannot be used: {error}") from None


def _worded(error: ClientError) -> str:
    found = error.response.get("Error", {})
    return f"{found.get('Code', 'unknown')} ({found.get('Message') or 'no message'})"
