"""Finds what runs that were killed have left on a target, by the names that only this harness gives.

Everything that a run makes bears its prefix (`naming`), so a leftover is recognised by name, in every service that
scenarios use. What is listed here is in the order in which it can be removed: what uses another thing comes first.
"""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from parity.deployment.resources import ask_patiently, empty_bucket
from parity.errors import ParityError
from parity.naming import prefix_in, started
from parity.scenario import NEED_ATTRIBUTES
from parity.targets.target import SDK_ERRORS, Target

Found = tuple[str, Callable[[], Any]]
"""A name, and what removes the thing of that name."""

_LOG_GROUPS = "/aws/lambda/"
_OURS = "parity-"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that a run left: what it is, which run made it, and how to remove it."""

    kind: str
    name: str
    prefix: str
    _target: Target
    _remove: Callable[[], Any]

    @property
    def age(self) -> float:
        """Seconds since the run that made it started."""
        return max(0.0, time.time() - started(self.prefix))

    def remove(self) -> str | None:
        """Removes it; returns why that failed, or None."""
        try:
            ask_patiently(self._target, self._remove, time.sleep)
        except (*SDK_ERRORS, ParityError) as error:
            return str(error)
        return None


def find_leftovers(
    target: Target, prefixes: Collection[str] | None = None, needed: Collection[str] | None = None
) -> tuple[list[Leftover], list[str]]:
    """Everything of ours on the target, in order of removal, and one line for each service that could not be listed.

    With `prefixes`, only what bears one of them; with `needed` (kinds of needs: "queue"), only in the services that
    those and any function use.
    """
    leftovers, unlisted = [], []
    for kind, listed in _LISTED.items():
        if needed is not None and kind in NEED_ATTRIBUTES.keys() - needed - {"function", "role"}:
            continue
        try:
            found: list[Found] = ask_patiently(target, partial(_all, listed, target), time.sleep)
        except (*SDK_ERRORS, ParityError) as error:
            unlisted.append(f"{kind}s could not be listed: {error}")
            continue
        for name, remove in found:
            prefix = prefix_in(name.removeprefix(_LOG_GROUPS))
            if prefix is not None and (prefixes is None or prefix in prefixes):
                leftovers.append(Leftover(kind, name, prefix, target, remove))
    return leftovers, unlisted


def _all(listed: Callable[[Target], Iterator[Found]], target: Target) -> list[Found]:
    return list(listed(target))


def _pages(client: Any, operation: str, members: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(members, ())


def _mappings(target: Target) -> Iterator[Found]:
    lambda_ = target.client("lambda")
    for mapping in _pages(lambda_, "list_event_source_mappings", "EventSourceMappings"):
        function = mapping.get("FunctionArn", "").partition(":function:")[2]
        uuid = mapping["UUID"]
        yield f"{function} ({uuid})", partial(lambda_.delete_event_source_mapping, UUID=uuid)


def _functions(target: Target) -> Iterator[Found]:
    lambda_ = target.client("lambda")
    for function in _pages(lambda_, "list_functions", "Functions"):
        name = function["FunctionName"]
        yield name, partial(lambda_.delete_function, FunctionName=name)


def _layers(target: Target) -> Iterator[Found]:
    lambda_ = target.client("lambda")
    for layer in _pages(lambda_, "list_layers", "Layers"):
        name = layer["LayerName"]
        if not name.startswith(_OURS):
            continue
        for version in _pages(lambda_, "list_layer_versions", "LayerVersions", LayerName=name):
            one = {"LayerName": name, "VersionNumber": version["Version"]}
            yield f"{name}:{version['Version']}", partial(lambda_.delete_layer_version, **one)


def _signing_configs(target: Target) -> Iterator[Found]:
    """These have no name: scenarios put the prefix into the description."""
    lambda_ = target.client("lambda")
    for config in _pages(lambda_, "list_code_signing_configs", "CodeSigningConfigs"):
        arn = config["CodeSigningConfigArn"]
        described = f"{config.get('Description', '')} ({config['CodeSigningConfigId']})"
        yield described, partial(lambda_.delete_code_signing_config, CodeSigningConfigArn=arn)


def _log_groups(target: Target) -> Iterator[Found]:
    logs = target.client("logs")
    for group in _pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=_LOG_GROUPS + _OURS):
        name = group["logGroupName"]
        yield name, partial(logs.delete_log_group, logGroupName=name)


def _queues(target: Target) -> Iterator[Found]:
    sqs = target.client("sqs")
    for url in _pages(sqs, "list_queues", "QueueUrls", QueueNamePrefix=_OURS):
        yield url.rpartition("/")[2], partial(sqs.delete_queue, QueueUrl=url)


def _topics(target: Target) -> Iterator[Found]:
    sns = target.client("sns")
    for topic in _pages(sns, "list_topics", "Topics"):
        arn = topic["TopicArn"]
        yield arn.rpartition(":")[2], partial(sns.delete_topic, TopicArn=arn)


def _tables(target: Target) -> Iterator[Found]:
    dynamodb = target.client("dynamodb")
    for name in _pages(dynamodb, "list_tables", "TableNames"):
        yield name, partial(dynamodb.delete_table, TableName=name)


def _streams(target: Target) -> Iterator[Found]:
    kinesis = target.client("kinesis")
    for name in _pages(kinesis, "list_streams", "StreamNames"):
        yield name, partial(kinesis.delete_stream, StreamName=name, EnforceConsumerDeletion=True)


def _buckets(target: Target) -> Iterator[Found]:
    s3 = target.client("s3")

    def remove(name: str) -> None:
        empty_bucket(s3, name)
        s3.delete_bucket(Bucket=name)

    for bucket in s3.list_buckets().get("Buckets", ()):
        yield bucket["Name"], partial(remove, bucket["Name"])


def _roles(target: Target) -> Iterator[Found]:
    iam = target.client("iam")

    def remove(name: str) -> None:
        for policy in _pages(iam, "list_role_policies", "PolicyNames", RoleName=name):
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)

    for role in _pages(iam, "list_roles", "Roles"):
        yield role["RoleName"], partial(remove, role["RoleName"])


_LISTED: dict[str, Callable[[Target], Iterator[Found]]] = {
    "event source mapping": _mappings,
    "function": _functions,
    "layer version": _layers,
    "code signing config": _signing_configs,
    "queue": _queues,
    "topic": _topics,
    "table": _tables,
    "stream": _streams,
    "bucket": _buckets,
    "log group": _log_groups,
    "role": _roles,
}
