"""Amazon Resource Names, and every way in which a caller may name a function or a layer.

A function is named by its bare name, or by any tail of its ARN: region, account and `function:` are optional and
independent of one another, and a qualifier may follow (wire.md §6). The grammar is the service model's pattern
NamespacedFunctionName; whatever the model lets through, `parse_function` can read.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

LATEST = "$LATEST"
LATEST_PUBLISHED = "$LATEST.PUBLISHED"  # [docs: lambda-managed-instances-version-publishing]

_PARTITIONS = {  # by the first part of the region's name [botocore: partitions.json]
    "cn": "aws-cn",
    "us-gov": "aws-us-gov",
    "us-iso": "aws-iso",
    "us-isob": "aws-iso-b",
    "eu-isoe": "aws-iso-e",
    "us-isof": "aws-iso-f",
    "eusc": "aws-eusc",
}
_REGION_FAMILY = re.compile(r"(eusc|cn|[a-z]{2}-(?:gov|iso[a-z]?))(?=-)")

_FUNCTION = re.compile(
    r"(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?"
    r"(?:(?P<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?"
    r"(?:(?P<account_id>\d{12}):)?"
    r"(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_.]+)"
    r"(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)

_LAYER = re.compile(
    r"(?:arn:(?:aws[a-zA-Z-]*)?:lambda:"
    r"(?P<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):"
    r"(?P<account_id>\d{12}):layer:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)"
    r"(?::(?P<version>[0-9]+))?"
)


@dataclass(slots=True, frozen=True)
class FunctionReference:
    """A function as a caller named it. Parts that were not given are None: they are the caller's own."""

    name: str
    region: str | None = None
    account_id: str | None = None
    qualifier: str | None = None


@lru_cache(maxsize=1024)  # on the path of every invocation
def parse_function(text: str) -> FunctionReference | None:
    """Read a function name, partial ARN or ARN; None if it is none of them.

    `arn:aws:lambda:us-east-1:123456789012:function` is a function called `function`
    [rec: test_function_name_and_qualifier_validation, incomplete_arn].
    """
    found = _FUNCTION.fullmatch(text)
    if found is None:
        return None
    return FunctionReference(found["name"], found["region"], found["account_id"], found["qualifier"])


@dataclass(slots=True, frozen=True)
class NamedLayer:
    """A layer as a caller named it. Region and account are None for a bare name: they are the caller's own."""

    name: str
    region: str | None = None
    account_id: str | None = None
    version: int | None = None


def parse_layer(text: str) -> NamedLayer | None:
    """Read a layer's name, its ARN, or the ARN of one of its versions; None if it is none of them.

    AWS's own layers (`arn:aws:lambda:::awslayer:…`) are none: they have neither region nor account nor version.
    """
    found = _LAYER.fullmatch(text)
    if found is None:
        return None
    version = None if found["version"] is None else int(found["version"])
    return NamedLayer(found["name"], found["region"], found["account_id"], version)


_RESOURCE = re.compile(
    r"arn:[^:]*:(?P<service>[^:]*):(?P<region>[^:]*):(?P<account_id>[^:]*):(?P<resource>.*)", re.DOTALL
)


@dataclass(slots=True, frozen=True)
class NamedResource:
    """A resource of any service. Region and account are empty where the service's ARNs have none (S3)."""

    service: str
    region: str
    account_id: str
    resource: str


def parse_resource(text: str) -> NamedResource | None:
    """Read the ARN of a resource of any service; None if it is no ARN."""
    found = _RESOURCE.fullmatch(text)
    return NamedResource(**found.groupdict()) if found else None


@lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """`aws`, `aws-cn`, … : the partition in which a region lies, by the region's name."""
    family = _REGION_FAMILY.match(region)
    return _PARTITIONS.get(family[1], "aws") if family else "aws"


@lru_cache(maxsize=1024)  # as above
def function_arn(region: str, account_id: str, name: str, qualifier: str | None = None) -> str:
    """The ARN of a function, of one of its versions, or of one of its aliases."""
    arn = f"arn:{partition_of(region)}:lambda:{region}:{account_id}:function:{name}"
    return arn if qualifier is None else f"{arn}:{qualifier}"


def runtime_version_arn(region: str, runtime_version: str) -> str:
    """`arn:aws:lambda:us-east-1::runtime:<64 hex digits>`: no account, runtimes belong to AWS."""
    return f"arn:{partition_of(region)}:lambda:{region}::runtime:{runtime_version}"


def layer_arn(region: str, account_id: str, name: str, version: int | None = None) -> str:
    """The ARN of a layer, or of one of its versions."""
    arn = f"arn:{partition_of(region)}:lambda:{region}:{account_id}:layer:{name}"
    return arn if version is None else f"{arn}:{version}"


def code_signing_config_arn(region: str, account_id: str, config_id: str) -> str:
    """The ARN of a code signing configuration; its last part is the id [rec: test_function_code_signing_config]."""
    return f"arn:{partition_of(region)}:lambda:{region}:{account_id}:code-signing-config:{config_id}"


def event_source_mapping_arn(region: str, account_id: str, mapping_id: str) -> str:
    """The ARN of an event source mapping; its last part is the mapping's UUID."""
    return f"arn:{partition_of(region)}:lambda:{region}:{account_id}:event-source-mapping:{mapping_id}"


def capacity_provider_arn(region: str, account_id: str, name: str) -> str:
    """The ARN of a capacity provider."""
    return f"arn:{partition_of(region)}:lambda:{region}:{account_id}:capacity-provider:{name}"


def account_root_arn(partition: str, account_id: str) -> str:
    """`arn:aws:iam::123456789012:root`: everybody in an account, as policies name them."""
    return f"arn:{partition}:iam::{account_id}:root"
