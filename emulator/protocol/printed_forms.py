"""Where AWS's sentences differ from its public service model: data, each entry with its evidence.

AWS prints constraints from an internal model that the public one is derived from: it names runtimes that were never
public (`nasa`, `byol`), lists the values of an enumeration in an order of its own, and keeps patterns that the public
model has lost or changed. What a recording of AWS shows is printed as recorded, being the newest thing that AWS is
known to have said. What is *accepted* is more generous: a value is refused only if both the model and the recording
refuse it, because the model (2026-11) is newer than the recordings, and what AWS takes today must not be refused for a
list of yesterday.

Evidence tags as in shared/reference/README.md. Everything without an entry follows the model.
"""

from typing import NamedTuple


class PrintedEnum(NamedTuple):
    """The values of an enumeration in the order in which AWS prints them."""

    values: tuple[str, ...]
    evidence: str


class PrintedPattern(NamedTuple):
    """A pattern as AWS prints it."""

    pattern: str
    evidence: str


def _enum(values: str, evidence: str) -> PrintedEnum:
    return PrintedEnum(tuple(values.split()), evidence)


# By operation and member where the operations differ, else by shape.
ENUMS: dict[str, PrintedEnum] = {
    "RecursiveLoop": _enum("Terminate Allow", "rec: test_put_function_recursion_config_invalid_value, 2025-11-25"),
    "EventSourcePosition": _enum(
        "LATEST AT_TIMESTAMP TRIM_HORIZON", "rec: test_create_event_source_validation_kinesis, 2025-11-25"
    ),
    "InvokeMode": _enum("RESPONSE_STREAM BUFFERED", "rec: test_lambda_url_invalid_invoke_mode, 2025-11-24"),
    "InvocationType": _enum(
        "DryRun RequestResponse Event", "issues: ex-aws/ex_aws#442, 2017-07-02, a raw answer of Invoke"
    ),
    "ListLayers.CompatibleRuntime": _enum(
        "ruby3.5 ruby2.6 dotnetcore1.0 python3.7 nodejs8.10 nasa ruby2.7 python2.7-greengrass dotnetcore2.0 "
        "python3.8 java21 dotnet6 dotnetcore2.1 python3.9 java11 nodejs6.10 provided dotnetcore3.1 dotnet8 java25 "
        "java17 nodejs nodejs4.3 java8.al2 go1.x dotnet10 nodejs20.x go1.9 byol nodejs10.x provided.al2023 "
        "nodejs22.x python3.10 java8 nodejs12.x python3.11 nodejs24.x nodejs8.x python3.12 nodejs14.x nodejs8.9 "
        "nodejs26.x python3.13 python3.14 nodejs16.x python3.15 provided.al2 nodejs4.3-edge nodejs18.x ruby3.2 "
        "python3.4 ruby3.3 ruby3.4 ruby2.5 python3.6 python2.7",
        "rec: test_layer_exceptions, 2026-01-12",
    ),
    "PublishLayerVersion.CompatibleRuntimes": _enum(
        "nodejs20.x python3.14 provided.al2023 python3.12 python3.13 nodejs24.x nodejs22.x java25 python3.10 "
        "python3.11 java21 ruby3.3 ruby3.4 ruby3.2 python3.8 python3.9 java17 nodejs16.x dotnet10 dotnet8 java11 "
        "dotnet6 nodejs18.x provided.al2 java8.al2",
        # It accepts more than it prints: retired runtimes pass (test_layer_compatibilities, 2026-01-12).
        "rec: test_layer_exceptions, 2026-01-12",
    ),
}

# By shape.
PATTERNS: dict[str, PrintedPattern] = {
    # The model has an outer pair of parentheses.
    "LayerVersionArn": PrintedPattern(
        r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:"
        r"[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)",
        "rec: test_layer_exceptions, 2026-01-12; test_layer_function_exceptions, 2025-11-25",
    ),
    # The model has no layer, but a network connector, and bounds the names of capacity providers.
    "TaggableResource": PrintedPattern(
        r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
        r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|"
        r"event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|"
        r"capacity-provider:[a-zA-Z0-9-_]+)",
        "rec: test_tag_exceptions, 2025-11-25",
    ),
}

# Lists whose elements' constraint is printed without `Member must not be null` at its end.
NULLABLE_ELEMENTS: dict[str, str] = {
    "SubnetIds": "rec: test_invalid_vpc_config_subnet, 2025-11-25",
    "SecurityGroupIds": "unsure: taken to be like SubnetIds, its neighbour in VpcConfig from the same year",
}

# Lists whose elements' enumeration is printed as if it were the list's own.
PLAIN_ELEMENTS: dict[str, str] = {
    "CompatibleRuntimes": "rec: test_layer_exceptions, 2026-01-12",
}

# Members that the service checks itself, with a sentence of its own (InvalidParameterValueException).
NOT_VALIDATED: dict[str, str] = {
    "CreateFunction.Runtime": "rec: test_create_lambda_exceptions, 2026-01-12",
    "UpdateFunctionConfiguration.Runtime": "rec: test_update_lambda_exceptions, 2026-01-12",
}
