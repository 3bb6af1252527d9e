"""Decides whether something may be called AWS: pure functions over settings and host names.

A snapshot of class `aws` claims that AWS gave the answer, and a wrong claim is the worst bug this project can have. So
`record --aws` starts only where nothing redirects the SDK, and talks only to hosts that AWS alone can hold. The proof
itself is TLS: the host's certificate is checked against the public authorities, whatever bundle the user's settings
name (`targets.aws`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_SUFFIXES = "|".join(
    re.escape(suffix)
    for suffix in (
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "api.aws",
        "api.amazonwebservices.com.cn",
        "api.amazonwebservices.eu",
    )
)
_SERVICES = "lambda|sts|iam|sqs|sns|dynamodb|kinesis|logs|tagging"
_REGION = r"(?:\.[a-z]{2,4}(?:-[a-z]+)+(?:-\d)?)?"

# Not simply `*.amazonaws.com`: customers' own machines have names there too (ec2-…compute.amazonaws.com, *.elb.…).
_AWS_HOST = re.compile(
    rf"(?:(?:{_SERVICES})(?:-fips)?{_REGION}\.(?:{_SUFFIXES})"
    # Only AWS answers there, for functions of whomever. Scenarios name no host: they ask URLs that they have made.
    rf"|[a-z0-9]{{32}}\.lambda-url{_REGION}\.on\.aws"
    rf"|(?:[a-z0-9.-]+\.)?s3(?:-fips)?(?:\.dualstack)?{_REGION}\.(?:{_SUFFIXES}))"
)

_OVERRIDES = re.compile(r"AWS_ENDPOINT_URL(_\w+)?|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


def is_aws_host(host: str | None) -> bool:
    """Whether that host name can belong to nobody but AWS: "lambda.eu-west-1.amazonaws.com"."""
    return bool(host and _AWS_HOST.fullmatch(host.lower()))


def redirections(environment: Mapping[str, str], profile: Mapping[str, Any], services: Mapping[str, Any]) -> list[str]:
    """All settings that could lead an SDK call elsewhere than to AWS, worded for the user; empty where there are none.

    `profile` is the section of the AWS config file in use; `services` the `[services …]` section that it names.
    """
    return [*_variables(environment), *_profile_settings(profile, services)]


def _variables(environment: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(environment):
        if _OVERRIDES.fullmatch(name) and environment[name]:
            yield f"the environment variable {name}"


def _profile_settings(profile: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[str]:
    for name in ("endpoint_url", "ignore_configured_endpoint_urls"):
        if name in profile:
            yield f"{name} in the AWS config file"
    for service, settings in services.items():
        if isinstance(settings, Mapping) and "endpoint_url" in settings:
            yield f"endpoint_url of {service} in the AWS config file"


def masked(secret: str) -> str:
    """What may be shown of an account id or a credential, in a terminal or a log: its last four characters."""
    return "*" * 8 + secret[-4:]
