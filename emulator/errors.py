"""The two kinds of failure, kept apart: what AWS would answer, and what is our fault or the machine's.

A `ServiceError` is an answer, so its class bears AWS's exact exception name and words the text where the text is
general: `raise ResourceNotFoundException.function(arn)`. Each text exists once, here. The first section holds what the
protocol itself answers; the exceptions of Lambda's resources follow it.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Self


class EmulatorError(Exception):
    """Our fault or the machine's. Never dressed as an answer of AWS."""


class ServiceError(Exception):
    """What AWS would answer. The class bears AWS's exact exception name and words the message.

    Status and casing of the message key come from the service model for exceptions that it knows; `status` and
    `message_key` are only for those it does not know (ValidationException and its like). `type` is the value of the
    body's `Type`; None leaves it out. `members` are further members of the body, or of its headers where the model says
    so (`Reason`, `retryAfterSeconds`, …). A `message` of None is sent as JSON null, as AWS does for a foreign account.
    """

    status: ClassVar[int | None] = None
    type: ClassVar[str | None] = "User"
    message_key: ClassVar[str | None] = None

    def __init__(self, message: str | None, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members

    @property
    def code(self) -> str:
        """AWS's name of this error, as `x-amzn-errortype` carries it."""
        return type(self).__name__


# --- What the protocol answers. Most of it is not in the service model. ---


class ValidationException(ServiceError):
    """A member breaks a constraint of the service model."""

    # The body is {"message": "…"} and nothing else [issues: ex-aws/ex_aws#442, 2017: a raw answer with its headers].
    status = 400
    type = None
    message_key = "message"

    @classmethod
    def violations(cls, sentences: Sequence[str]) -> Self:
        """All violations of one request in one message, in AWS's frame."""
        # validation.md §2: plural `s`, joined by `; `, no full stop.
        plural = "s" if len(sentences) > 1 else ""
        return cls(f"{len(sentences)} validation error{plural} detected: {'; '.join(sentences)}")


class SerializationException(ServiceError):
    """The body is not JSON, or a member has the wrong JSON type.

    Its texts are those of the framework that AWS's services share. Of Lambda itself only the number for a string is
    recorded [issues: async-aws/aws#759, 2020]; the others follow its form and are unsure, as is the key's spelling.
    """

    status = 400
    type = None
    message_key = "Message"

    @classmethod
    def not_json(cls) -> Self:
        """The body cannot be parsed: these services then send a message of null."""
        return cls(None)

    @classmethod
    def wrong_type(cls, given: str, wanted: str) -> Self:
        """A value of the Java class `given` where a `wanted` should be."""
        return cls(f"class {given} can not be converted to an {wanted}")

    @classmethod
    def structure_where_scalar(cls) -> Self:
        """An object where a single value should be."""
        return cls("Start of structure or map found where not expected.")

    @classmethod
    def list_where_scalar(cls) -> Self:
        """A list where a single value should be."""
        return cls("Start of list found where not expected.")

    @classmethod
    def not_a_collection(cls, given: str) -> Self:
        """A single value of the Java class `given` where an object or a list should be."""
        return cls(f"Unrecognized collection type class {given}")


class RequestEntityTooLargeException(ServiceError):
    """The request, or the zip in it, is larger than the operation takes."""

    status = 413
    type = None
    message_key = "Message"

    @classmethod
    def request(cls, limit: int, operation: str) -> Self:
        """The whole body exceeds `limit` bytes. AWS says `InvokeFunction` where the API says `Invoke`."""
        return cls(f"Request must be smaller than {limit} bytes for the {operation} operation")

    @classmethod
    def zip_file(cls, limit: int) -> Self:
        """The inline zip exceeds `limit` bytes."""
        return cls(f"Zipped size must be smaller than {limit} bytes")


class MissingAuthenticationTokenException(ServiceError):
    """The request bears no signature at all."""

    status = 403
    type = None
    message_key = "message"

    @classmethod
    def unsigned(cls) -> Self:
        """The one text that this exception has."""
        return cls("Missing Authentication Token")


class AccessDeniedException(ServiceError):
    """The caller may not do this."""

    status = 403
    type = None
    message_key = "Message"

    @classmethod
    def foreign_account(cls) -> Self:
        """An ARN of another account: AWS sends a message of null (wire.md §6)."""
        return cls(None)

    @classmethod
    def unknown_operation(cls) -> Self:
        """No operation has this method and path: for AWS that is a question of permission, not a 404."""
        # [issues: boto/boto3#294, boto/botocore#678, aws-amplify/amplify-js#690 (403)]. Clients that the service takes
        # for no SDK get the same as XML (aws/serverless-application-model#430); what decides that is not known.
        return cls("Unable to determine service/operation name to be authorized")


class InvalidRequestContentException(ServiceError):
    """The payload of an invocation is not JSON."""

    @classmethod
    def payload(cls, problem: str) -> Self:
        """`problem` is what AWS's JSON parser says [issues: awsdocs/aws-lambda-developer-guide#351, 2022]."""
        return cls(f"Could not parse request body into json: Could not parse payload into json: {problem}")

    @classmethod
    def client_context(cls) -> Self:
        """X-Amz-Client-Context cannot be read [issues: aws/aws-sdk-js#1388]."""
        return cls("Client context must be a valid Base64-encoded JSON object.")


class UnsupportedMediaTypeException(ServiceError):
    """The payload of an invocation is declared as something other than JSON."""


class ServiceException(ServiceError):
    """AWS's own internal failure; ours too, when an operation raises what it should not."""

    type = "Service"

    @classmethod
    def unexpected(cls, request_id: str) -> Self:
        """A mistake in the emulator. AWS never says this, and the text says so."""
        return cls(f"lambda-parity failed, which is no answer of AWS; its log has the details of request {request_id}.")


# --- What Lambda's resources answer. ---


class ResourceNotFoundException(ServiceError):
    """Something that the request names is not there."""

    @classmethod
    def function(cls, arn: str) -> Self:
        """No such function, version or alias; the ARN bears a qualifier where AWS's does (functions.md §2)."""
        return cls(f"Function not found: {arn}")

    @classmethod
    def updated_alias(cls, arn: str) -> Self:
        """UpdateAlias has a sentence of its own [rec: test_non_existent_alias_update, 2025-11-25]."""
        return cls(f"Alias not found: {arn}")

    @classmethod
    def alias(cls, arn: str) -> Self:
        """An alias is missing [rec: test_permission_exceptions, 2025-11-25; for GetAlias by analogy only]."""
        return cls(f"Cannot find alias arn: {arn}")

    @classmethod
    def other_region(cls, asked: str, here: str) -> Self:
        """The ARN is of another region than the endpoint [rec: test_get_function_wrong_region, 2025-11-25]."""
        return cls(f"Functions from '{asked}' are not reachable in this region ('{here}')")

    @classmethod
    def tagged(cls, kind: str, arn: str) -> Self:
        """A taggable resource is missing; `kind` begins the sentence [rec: test_tag_exceptions, 2025-11-25]."""
        return cls(f"{kind} not found: {arn}")


class ResourceConflictException(ServiceError):
    """The resource exists already, or is busy with something else."""

    @classmethod
    def function_exists(cls, name: str) -> Self:
        """AWS's own grammar [issues: hashicorp/terraform#15929, danilop/multimodal-chat#10 (2024)]."""
        return cls(f"Function already exist: {name}")

    @classmethod
    def alias_exists(cls, arn: str) -> Self:
        """[issues: HumanCellAtlas/data-store#929, 2018]"""
        return cls(f"Alias already exists: {arn}")

    @classmethod
    def update_in_progress(cls, arn: str) -> Self:
        """`arn` is unqualified [rec: test_lambda_concurrent_config_updates, 2025-11-25]."""
        return cls(f"The operation cannot be performed at this time. An update is in progress for resource: {arn}")

    @classmethod
    def function_state(cls, state: str) -> Self:
        """The function is not Active [docs: troubleshooting-invocation]."""
        return cls(
            f"The operation cannot be performed at this time. The function is currently in the following state: {state}"
        )

    @classmethod
    def version_referenced(cls, aliases: Sequence[str]) -> Self:
        """A version that aliases point to cannot go [issues: karl-cardenas-coding/go-lambda-cleanup#45 (2022)]."""
        names = ", ".join(aliases)
        return cls(f"Unable to delete version because the following aliases reference it: [{names}]")


class PreconditionFailedException(ServiceError):
    """The caller's RevisionId is not the present one."""

    @classmethod
    def revision(cls) -> Self:
        """For functions and aliases [rec: test_publish_with_wrong_revisionid, 2022-09-30]."""
        return cls(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )


class TooManyRequestsException(ServiceError):
    """A limit on how much may run, or how often, is reached. The body says which one as `Reason`."""

    @classmethod
    def throttled(cls, reason: str) -> Self:
        """An invocation [rec: test_reserved_concurrency, 2025-11-25]. `reason` is one of the model's ThrottleReason."""
        return cls("Rate Exceeded.", Reason=reason)


class CodeStorageExceededException(ServiceError):
    """The account holds as much code as it may."""

    @classmethod
    def limit(cls) -> Self:
        """[docs: README of Nyholm/clean-aws-lambda-code-storage, which quotes AWS]"""
        return cls("Code storage limit exceeded.")


class InvalidParameterValueException(ServiceError):
    """A value is refused by what the service knows, rather than by the model."""

    # --- names and qualifiers ---

    @classmethod
    def derived_qualifier(cls) -> Self:
        """Name and Qualifier name two versions [rec: test_function_name_and_qualifier_validation, 2025-11-25]."""
        return cls("The derived qualifier from the function name does not match the specified qualifier.")

    @classmethod
    def too_long_function_name(cls, name: str, limit: int) -> Self:
        """A sentence of model validation, but not its exception [rec: test_function_arns, 2025-11-25]."""
        return cls(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}"
        )

    @classmethod
    def latest_only(cls) -> Self:
        """A published version cannot be changed [issues: appleboy/lambda-action#6, 2020]."""
        return cls("Current operation does not support versions other than $LATEST")

    @classmethod
    def alias_deletion(cls) -> Self:
        """DeleteFunction was given an alias [rec: test_function_name_and_qualifier_validation, 2024-08-22]."""
        return cls("Deletion of aliases is not currently supported.")

    @classmethod
    def latest_deletion(cls) -> Self:
        """DeleteFunction was given `$LATEST`. The rule is documented, its words are ours [docs: API_DeleteFunction]."""
        return cls("$LATEST version cannot be deleted without deleting the function.")

    @classmethod
    def marker(cls) -> Self:
        """A page marker that no list has given out. The words are ours."""
        return cls("The marker is not valid.")

    # --- runtime ---

    @classmethod
    def unknown_runtime(cls, runtime: str, runtimes: Sequence[str]) -> Self:
        """[rec: test_create_lambda_exceptions, 2026-01-12]"""
        return cls(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(runtimes)}] or be a valid ARN"
        )

    @classmethod
    def retired_runtime(cls, runtime: str) -> Self:
        """[rec: test_create_deprecated_function_runtime_with_validation_enabled, 2026-01-12]"""
        return cls(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )

    @classmethod
    def runtime_and_handler(cls) -> Self:
        """A zip function needs both. The rule is the model's; its words are as users quote them."""
        return cls("Runtime and Handler are mandatory parameters for functions created with deployment packages.")

    @classmethod
    def refused_for_image(cls) -> Self:
        """An image function has none of the three [issues: pulumi/pulumi-aws#5439, 2025]."""
        return cls("Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")

    @classmethod
    def refused_for_zip(cls) -> Self:
        """A zip function has no image [model]. The words are ours, after those for an image."""
        return cls("Please don't provide ImageUri or ImageConfig when the intended function PackageType is Zip.")

    @classmethod
    def snap_start_runtime(cls, runtime: str) -> Self:
        """[issues: aws-samples/bedrock-chat#617]"""
        return cls(f"{runtime} is not supported for SnapStart enabled functions.")

    # --- code ---

    @classmethod
    def no_source(cls) -> Self:
        """Code names no package [issues: aws/aws-sdk-go#2183, 2018]."""
        return cls("Please provide a source for function code.")

    @classmethod
    def several_sources(cls) -> Self:
        """Code names more than one package. The rule is the model's; its words are ours."""
        return cls("Please provide only one source for function code.")

    @classmethod
    def not_a_zip(cls) -> Self:
        """[rec: test_create_lambda_exceptions, 2026-01-12]"""
        return cls("Could not unzip uploaded file. Please check your file, then try to upload again.")

    @classmethod
    def empty_zip(cls) -> Self:
        """[issues: dumrauf/serverless_static_website_with_basic_auth#17, 2020]"""
        return cls("Uploaded file must be a non-empty zip")

    @classmethod
    def unzipped_size(cls, limit: int) -> Self:
        """[rec: test_oversized_unzipped_lambda, 2025-11-25]"""
        return cls(f"Unzipped size must be smaller than {limit} bytes")

    @classmethod
    def code_with_layers_size(cls, limit: int, actual: int) -> Self:
        """Layers were added to code that leaves them no room [issues: brefphp/bref#1915, 2025]."""
        return cls(
            f"Function code combined with layers exceeds the maximum allowed size of {limit} bytes. "
            f"The actual size is {actual} bytes."
        )

    @classmethod
    def image_uri_required(cls) -> Self:
        """[rec: test_lambda_image_crud, 2025-11-25]"""
        return cls("Please provide ImageUri when updating a function with packageType Image.")

    @classmethod
    def image_uri_refused(cls) -> Self:
        """[rec: test_lambda_zip_file_to_image, 2025-11-25]"""
        return cls("Please don't provide ImageUri when updating a function with packageType Zip.")

    @classmethod
    def code_sha256(cls, given: str, latest: str) -> Self:
        """PublishVersion's CodeSha256 is of other code [issues: justinram11/serverless-aws-batch#22, 2021]."""
        return cls(
            f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({latest}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )

    # --- configuration ---

    @classmethod
    def variables_size(cls, measured: str) -> Self:
        """`measured` is the compact JSON of all variables [rec: test_large_environment_variables_fails, 2025-11-25]."""
        return cls(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {measured}"
        )

    @classmethod
    def reserved_variables(cls, names: Sequence[str]) -> Self:
        """[docs: troubleshooting-deployment] [issues: mattermost/mattermost-cloud-monitoring#264]"""
        return cls(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(names)}"
        )

    @classmethod
    def log_level_with_text(cls) -> Self:
        """Levels need the JSON format [issues: aws/aws-cdk#28045, 2023]."""
        return cls(
            'LogLevel is not supported when LogFormat is set to "Text". '
            'Remove LogLevel from your request or change the LogFormat to "Json" and try again.'
        )

    @classmethod
    def snap_start_with(cls, feature: str) -> Self:
        """SnapStart excludes some features [docs: snapstart]. The words are ours."""
        return cls(f"SnapStart is not supported with {feature}.")

    @classmethod
    def tenant_id(cls, *, required: bool) -> Self:
        """A tenant id is required with tenant isolation and refused without it. The words are ours.

        [docs: tenant-isolation-troubleshooting, which names the exception]
        """
        if required:
            return cls("Add a tenant ID: the function has tenant isolation enabled.")
        return cls("Remove the tenant ID: the function does not have tenant isolation enabled.")

    @classmethod
    def durable_config(cls) -> Self:
        """Only creation makes a function durable [docs: durable-configuration]. The words are ours."""
        return cls("DurableConfig cannot be added to an existing function.")

    @classmethod
    def unreserved_minimum(cls, minimum: int) -> Self:
        """[issues: milliHQ/terraform-aws-next-js#251, 2021]"""
        return cls(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{minimum}]."
        )

    # --- layers ---

    @classmethod
    def too_many_layers(cls, limit: int) -> Self:
        """[rec: test_layer_function_quota_exception, 2025-11-25]"""
        return cls(f"Cannot reference more than {limit} layers.")

    @classmethod
    def same_layer_twice(cls, first: str, second: str) -> Self:
        """[rec: test_layer_function_exceptions, 2025-11-25]"""
        return cls(
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{first} and {second} are versions of the same layer."
        )

    @classmethod
    def missing_layer(cls, arn: str) -> Self:
        """[rec: test_layer_function_exceptions, 2025-11-25]"""
        return cls(f"Layer version {arn} does not exist.")

    @classmethod
    def layer_region(cls, region: str) -> Self:
        """[rec: test_layer_function_exceptions, 2025-11-25]"""
        return cls(f"Layers are not in the same region as the function. Layers are expected to be in region {region}.")

    # --- aliases ---

    @classmethod
    def alias_weights_of_latest(cls) -> Self:
        """Both versions of a weighted alias are published [docs: configuration-aliases]. The words are ours."""
        return cls("$LATEST is not supported for an alias pointing to more than 1 version")

    @classmethod
    def too_many_alias_versions(cls) -> Self:
        """At most two versions [docs: configuration-aliases]. The words are ours."""
        return cls("Number of items in AdditionalVersionWeights cannot be greater than 1")

    @classmethod
    def same_alias_version(cls, version: str) -> Self:
        """An alias cannot share with itself. The words are ours."""
        return cls(
            f"Invalid function version {version}. "
            f"Function version {version} is already included in routing configuration."
        )

    @classmethod
    def alias_roles(cls) -> Self:
        """[issues: serverless-heaven/serverless-aws-alias#64, 2018]"""
        return cls("Specified versions must be associated with the same execution role")

    # --- tags ---

    @classmethod
    def tags_on_version(cls) -> Self:
        """[rec: test_tag_exceptions, 2025-11-25]"""
        return cls("Tags on function aliases and versions are not supported. Please specify a function ARN.")

    @classmethod
    def cannot_be_processed(cls) -> Self:
        """TagResource without tags [rec: test_tag_exceptions, 2025-11-25]."""
        return cls("An error occurred and the request cannot be processed.")

    @classmethod
    def too_many_tags(cls, limit: int) -> Self:
        """The limit is documented, its words are ours [docs: configuration-tags]."""
        return cls(f"Number of tags exceeds resource tag limit of {limit}.")

    @classmethod
    def reserved_tag(cls) -> Self:
        """The prefix is documented, the words are ours [docs: configuration-tags]."""
        return cls("System tags cannot be added, updated or removed by requester.")


# --- What this emulator cannot do yet. ---


class NotYetError(EmulatorError):
    """A part of AWS that comes with a later issue; answered with 501 and the message, which says what."""
