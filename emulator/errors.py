"""The two kinds of failure, kept apart: what AWS would answer, and what is our fault or the machine's.

A `ServiceError` is an answer, so its class bears AWS's exact exception name and words the text where the text is
general: `raise ResourceNotFoundException.function(arn)`. Each text exists once, here. The first section holds what the
protocol itself answers; the exceptions of Lambda's resources follow it.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Self


class EmulatorError(Exception):
    """Our fault or the machine's. Never dressed as an answer of AWS."""

    status: ClassVar[int] = 500


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

    Its texts are those of the framework that AWS's services share. Of Lambda itself only the string for an integer is
    known in today's form, body and key included [issues: aarondfrancis/sidecar#28, 2021; aws/aws-cdk#27087, 2023]; the
    others follow it and are unsure.
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
        """A token of the kind `given` (`STRING_VALUE`) where a `wanted` (`Integer`) should be."""
        article = "an" if wanted == "Integer" else "a"
        return cls(f"{given} can not be converted to {article} {wanted}")

    @classmethod
    def structure_where_scalar(cls) -> Self:
        """An object where a single value should be."""
        return cls("Start of structure or map found where not expected.")

    @classmethod
    def list_where_scalar(cls) -> Self:
        """A list where a single value should be."""
        return cls("Start of list found where not expected.")

    @classmethod
    def not_a_collection(cls, wanted: str) -> Self:
        """A single value where an object or a list (`wanted`: structure, map or list) should be."""
        return cls(f"Expected {wanted} or null")


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
    def event(cls, size: int, limit: int) -> Self:
        """An event for an asynchronous invocation [issues: ASFHyP3/hyp3#2241, 2024; faultline/faultline#12, 2017]."""
        return cls(f"{size} byte payload is too large for the Event invocation type (limit {limit} bytes)")

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
    def no_resource_policy(cls, caller: str, action: str, resource: str) -> Self:
        """A resource of another account, whose policy does not let the caller in, or which is not there.

        [issues: axiomhq/axiom-lambda-extension#35, 2024; crucial-project/serverless-shell#2, 2022]
        """
        return cls(
            f"User: {caller} is not authorized to perform: {action} on resource: {resource} "
            f"because no resource-based policy allows the {action} action"
        )

    @classmethod
    def stored_package(cls, bucket: str, key: str, code: str, said: str) -> Self:
        """S3 does not let the caller read his package [issues: binxio/cfn-lb-ip-address-provider#4, 2020].

        Also without the two S3 sentences [issues: iann0036/aws-account-controller#4, 2021, cut by who reported it].
        """
        return cls(
            "Your access has been denied by S3, please make sure your request credentials have permission to "
            f"GetObject for {bucket}/{key}. S3 Error Code: {code}. S3 Error Message: {said}"
        )

    @classmethod
    def no_capacity_provider(cls) -> Self:
        """A scaling configuration is for managed instances only [issues: go-to-k/cdkd#1616, 2026-08, asked of AWS]."""
        return cls("The function provided by the arn does not contain a capacity provider configuration")

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

    @classmethod
    def client_context_size(cls, length: int, limit: int) -> Self:
        """X-Amz-Client-Context is longer than the model's documentation allows. The words are ours."""
        return cls(f"Client context must be at most {limit} bytes of Base64, not {length}.")


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

    @classmethod
    def requested(cls) -> Self:
        """A policy or a layer version is read that is not there.

        [rec: test_remove_multi_permissions, 2025-11-25; test_layer_exceptions, 2026-01-12]. For code signing
        configurations by analogy only.
        """
        return cls("The resource you requested does not exist.")

    @classmethod
    def no_policy(cls) -> Self:
        """The resource is there, a policy is not [rec: test_permission_exceptions, test_layer_policy_exceptions]."""
        return cls("No policy is associated with the given resource.")

    @classmethod
    def policy_of_missing_function(cls, arn: str) -> Self:
        """RemovePermission has a sentence of its own [rec: test_permission_exceptions, 2025-11-25]."""
        return cls(f"No policy found for: {arn}")

    @classmethod
    def statement(cls, sid: str) -> Self:
        """[rec: test_remove_multi_permissions, test_layer_policy_exceptions, 2025-11-25]"""
        return cls(f"Statement {sid} is not found in resource policy.")

    @classmethod
    def layer_version(cls, arn: str) -> Self:
        """The policy operations' sentence [rec: test_layer_policy_exceptions, 2025-11-25]."""
        return cls(f"Layer version {arn} does not exist.")

    @classmethod
    def layer_of_other_region(cls, asked: str, here: str) -> Self:
        """A layer's ARN is of another region than the endpoint. The words are ours, after those for functions."""
        return cls(f"Layers from '{asked}' are not reachable in this region ('{here}')")

    @classmethod
    def invoked_function(cls) -> Self:
        """Event invoke configs are written or listed [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25]."""
        return cls("The function doesn't exist.")

    @classmethod
    def event_invoke_config(cls, arn: str) -> Self:
        """Read, changed or deleted: whatever is missing. `arn` is qualified [same test]."""
        return cls(f"The function {arn} doesn't have an EventInvokeConfig")

    @classmethod
    def url_function(cls) -> Self:
        """A function URL is written [rec: test_url_config_exceptions, 2025-11-25]."""
        return cls("Function does not exist")

    @classmethod
    def durable_execution(cls, arn: str) -> Self:
        """The words are ours."""
        return cls(f"Durable execution not found: {arn}")

    @classmethod
    def callback(cls, callback_id: str) -> Self:
        """The words are ours."""
        return cls(f"Callback not found: {callback_id}")


class ProvisionedConcurrencyConfigNotFoundException(ServiceError):
    """A version or alias is there, and has no provisioned concurrency."""

    @classmethod
    def config(cls) -> Self:
        """[rec: test_provisioned_concurrency_exceptions, 2025-11-25]"""
        return cls("No Provisioned Concurrency Config found for this function")


class CodeSigningConfigNotFoundException(ServiceError):
    """A function is to have a code signing configuration that is not there."""

    @classmethod
    def specified(cls) -> Self:
        """The words are those in which the model describes the exception; what AWS sends is not known."""
        return cls("The specified code signing configuration does not exist.")


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

    @classmethod
    def statement_exists(cls, sid: str) -> Self:
        """[rec: test_permission_exceptions, test_layer_policy_exceptions, 2025-11-25]"""
        return cls(
            f"The statement id ({sid}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement."
        )

    @classmethod
    def code_signing_config_in_use(cls) -> Self:
        """Only one that no function uses can go [model: DeleteCodeSigningConfig documentation]. The words are ours."""
        return cls("The code signing configuration cannot be deleted while functions are using it.")

    @classmethod
    def url_exists(cls, arn: str) -> Self:
        """Two spaces in the middle [rec: test_url_config_lifecycle, 2025-11-25]."""
        return cls(
            f"Failed to create function url config for [functionArn = {arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        )

    @classmethod
    def provisioned_version(cls) -> Self:
        """An alias is to have what its version has [rec: test_lambda_provisioned_lifecycle, 2025-11-25].

        For another alias of the same version by analogy only.
        """
        return cls("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")

    @classmethod
    def provisioned_alias(cls) -> Self:
        """A version is to have what one of its aliases has [rec: test_lambda_provisioned_lifecycle, 2025-11-25]."""
        return cls("Version is pointed by a Provisioned Concurrency alias")

    @classmethod
    def queue_mapping(cls, source: str, function: str, mapping: str) -> Self:
        """`function` is what follows `function:` in the ARN [rec: test_duplicate_event_source_mappings, 2025-11-25]."""
        return cls(
            f'An event source mapping with SQS arn (" {source} ") and function (" {function} ") already exists. '
            f"Please update or delete the existing mapping with UUID {mapping}"
        )

    @classmethod
    def stream_mapping(cls, source: str, function: str, mapping: str) -> Self:
        """Kinesis and DynamoDB [same tests]; for the other sources with an ARN by analogy only."""
        return cls(
            f'The event source arn (" {source} ") and function (" {function} ") provided mapping already exists. '
            f"Please update or delete the existing mapping with UUID {mapping}"
        )

    @classmethod
    def kafka_mapping(cls, servers: Sequence[str], function_arn: str, topics: Sequence[str], mapping: str) -> Self:
        """Self-managed Kafka [rec: test_create_event_source_self_managed, 2024-09-03]."""
        return cls(
            f'An event source mapping with event source ("{",".join(servers)}"), function ("{function_arn}"), '
            f'topics ("{",".join(topics)}") already exists. '
            f"Please update or delete the existing mapping with UUID {mapping}"
        )

    @classmethod
    def capacity_provider_exists(cls, arn: str) -> Self:
        """Names are unique [docs: lambda-managed-instances-capacity-providers]. The words are ours."""
        return cls(f"Capacity provider already exists: {arn}")

    @classmethod
    def capacity_provider_in_use(cls, arn: str) -> Self:
        """Only one that no function uses can go [model: DeleteCapacityProvider documentation]. The words are ours."""
        return cls(f"The capacity provider cannot be deleted while function versions are using it: {arn}")

    @classmethod
    def capacity_provider_state(cls, state: str) -> Self:
        """A provider that is not Active is to change. The words are ours, after those for functions."""
        return cls(
            "The operation cannot be performed at this time. "
            f"The capacity provider is currently in the following state: {state}"
        )

    @classmethod
    def durable_execution_status(cls, status: str) -> Self:
        """Pause, Resume and Delete need certain statuses [model: their documentation]. The words are ours."""
        return cls(f"The durable execution is currently in the following status: {status}")


class PreconditionFailedException(ServiceError):
    """The caller's RevisionId is not the present one."""

    @classmethod
    def revision(cls) -> Self:
        """For functions and aliases [rec: test_publish_with_wrong_revisionid, 2022-09-30]."""
        return cls(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )

    @classmethod
    def policy_revision(cls, api: str) -> Self:
        """For policies; `api` is the operation that reads them.

        `GetPolicy` [rec: test_lambda_permission_fn_versioning, 2025-11-25], `GetLayerPolicy`, which is no operation
        [rec: test_layer_policy_exceptions, 2025-11-25], and `GetResourcePolicy` by analogy.
        """
        return cls(
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {api} API to retrieve the latest Revision Id"
        )


class PolicyLengthExceededException(ServiceError):
    """A policy would be too long."""

    @classmethod
    def size(cls, size: int, limit: int) -> Self:
        """[issues: adobe/helix-deploy#24, 2020; scribd/terraform-aws-datadog#61, 2024]"""
        return cls(f"The final policy size ({size}) is bigger than the limit ({limit}).")


class CodeVerificationFailedException(ServiceError):
    """Code is refused because its signature does not satisfy the function's code signing configuration."""

    @classmethod
    def untrusted(cls, function_name: str) -> Self:
        """[issues: aws/aws-cdk#29474, 2024; aws/aws-sam-cli#2424, 2020]"""
        return cls(
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the "
            f"client is not configured to accept. Check the provided signature for {function_name}."
        )


class TooManyRequestsException(ServiceError):
    """A limit on how much may run, or how often, is reached. The body says which one as `Reason`."""

    @classmethod
    def throttled(cls, reason: str) -> Self:
        """An invocation [rec: test_reserved_concurrency, 2025-11-25]. `reason` is one of the model's ThrottleReason."""
        return cls("Rate Exceeded.", Reason=reason)


class RecursiveInvocationException(ServiceError):
    """A function was invoked in a loop of functions and other services, and that was stopped."""

    @classmethod
    def stopped(cls) -> Self:
        """The words are those in which the model describes the exception."""
        return cls(
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
            "resources and stopped your function's invocation."
        )


class ResourceInUseException(ServiceError):
    """An event source mapping is on its way from one state to another [model]. How AWS words it is unsure."""

    @classmethod
    def update(cls) -> Self:
        """It is to be changed meanwhile."""
        return cls("Cannot update the event source mapping because it is in use.")

    @classmethod
    def delete(cls) -> Self:
        """It is to be deleted meanwhile."""
        return cls("Cannot delete the event source mapping because it is in use.")


class CapacityProviderLimitExceededException(ServiceError):
    """The account has as many capacity providers as it may."""

    @classmethod
    def limit(cls) -> Self:
        """The words are those in which the model describes the exception."""
        return cls("The maximum number of capacity providers for your account has been exceeded.")


class FunctionVersionsPerCapacityProviderLimitExceededException(ServiceError):
    """A capacity provider has as many function versions as it may."""

    @classmethod
    def limit(cls) -> Self:
        """The words are those in which the model describes the exception."""
        return cls(
            "The maximum number of function versions that can be associated with a single capacity provider "
            "has been exceeded."
        )


class NoPublishedVersionException(ServiceError):
    """A function on managed instances runs published versions only."""

    @classmethod
    def latest(cls) -> Self:
        """`$LATEST` was invoked. The words are those in which the model describes the exception."""
        return cls("The function has no published versions available.")


class CodeStorageExceededException(ServiceError):
    """The account holds as much code as it may."""

    @classmethod
    def limit(cls) -> Self:
        """[docs: README of Nyholm/clean-aws-lambda-code-storage, which quotes AWS]"""
        return cls("Code storage limit exceeded.")


class InvalidParameterValueException(ServiceError):
    """A value is refused by what the service knows, rather than by the model."""

    @classmethod
    def refused_by(cls, service: str, action: str, code: str, said: str) -> Self:
        """A service refuses what Lambda asks of it on the caller's behalf; `code` and `said` are that service's.

        EC2 [rec: test_invalid_vpc_config_subnet, 2025-11-25] [issues: motdotla/node-lambda#162, 2016, for security
        groups], SQS [rec: test_esm_with_not_existing_sqs_queue, 2025-11-25], S3 [issues: serverless/serverless#13208,
        2025; aws-solutions/aws-control-tower-customizations#188, 2024]; for SNS and for SendMessage by analogy only.
        """
        return cls(f"Error occurred while {action}. {service} Error Code: {code}. {service} Error Message: {said}")

    @classmethod
    def bucket_of_other_region(cls, region: str) -> Self:
        """[issues: aws-samples/amazon-textract-enhancer#8, 2020; gilt/s3-sftp-bridge#9, 2017]"""
        said = f"The bucket is in this region: {region}. Please use this region to retry the request"
        return cls.refused_by("S3", "GetObject", "PermanentRedirect", said)

    @classmethod
    def missing_queue(cls, action: str) -> Self:
        """Recorded for ReceiveMessage [rec: test_esm_with_not_existing_sqs_queue, 2025-11-25]."""
        return cls.refused_by(
            "SQS", action, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."
        )

    @classmethod
    def missing_topic(cls) -> Self:
        """A dead-letter topic is not there; the code and the words are those of SNS [model: sns, NotFoundException]."""
        return cls.refused_by("SNS", "Publish", "NotFound", "Topic does not exist")

    @classmethod
    def missing_subnet(cls, subnet: str) -> Self:
        """[rec: test_invalid_vpc_config_subnet, 2025-11-25]"""
        said = f"The subnet ID '{subnet}' does not exist"
        return cls.refused_by("EC2", "DescribeSubnets", "InvalidSubnetID.NotFound", said)

    @classmethod
    def missing_security_group(cls, group: str) -> Self:
        """[issues: motdotla/node-lambda#162, 2016; serverless/serverless#2973, 2022]"""
        said = f"The security group '{group}' does not exist"
        return cls.refused_by("EC2", "DescribeSecurityGroups", "InvalidGroup.NotFound", said)

    @classmethod
    def role(cls) -> Self:
        """No such role, or one that does not trust Lambda [issues: pdomala/LambdaCDDemo#1, 2019; serverless#4384]."""
        return cls("The role defined for the function cannot be assumed by Lambda.")

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

    @classmethod
    def layers_size(cls, limit: int) -> Self:
        """The layers alone leave no room [issues: bento-video/bento#1, 2021; aws/aws-sdk-pandas#3100, 2025]."""
        return cls(f"Layers consume more than the available size of {limit} bytes")

    @classmethod
    def layer_version_number(cls) -> Self:
        """[rec: test_layer_exceptions, 2026-01-12]"""
        return cls("Layer Version Cannot be less than 1")

    @classmethod
    def no_layer_source(cls) -> Self:
        """Content names no archive. The words are ours, after those for functions."""
        return cls("Please provide a source for layer content.")

    @classmethod
    def several_layer_sources(cls) -> Self:
        """Content names two archives. The words are ours, after those for functions."""
        return cls("Please provide only one source for layer content.")

    # --- policies ---

    @classmethod
    def policy_for_latest(cls) -> Self:
        """[rec: test_permission_exceptions, 2025-11-25]"""
        return cls("We currently do not support adding policies for $LATEST.")

    @classmethod
    def principal(cls) -> Self:
        """[rec: test_permission_exceptions, 2025-11-25]"""
        return cls("The provided principal was invalid. Please check the principal and try again.")

    @classmethod
    def url_auth_type_of_other_action(cls) -> Self:
        """[issues: RJPearson94/terraform-aws-open-next#73, 2026]"""
        return cls("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")

    @classmethod
    def organization_of_principal(cls) -> Self:
        """OrganizationId goes with the principal `*` [model: AddLayerVersionPermission]. The words are ours."""
        return cls("OrganizationId is only supported with the principal *.")

    @classmethod
    def policy_document(cls, problem: str) -> Self:
        """A document that is no policy; `problem` says why. The words are ours."""
        return cls(f"The policy document is not valid: {problem}.")

    # --- code signing and runtime management ---

    @classmethod
    def code_signing_of_image(cls) -> Self:
        """[issues: cloudquery/cq-provider-aws#230, 2021]"""
        return cls("Code signing is not supported for functions created with container images.")

    @classmethod
    def runtime_management_of_image(cls) -> Self:
        """An image brings its runtime [docs: runtimes-update]. The words are ours."""
        return cls("Runtime management is not supported for functions created with container images.")

    @classmethod
    def runtime_management_of_alias(cls) -> Self:
        """Only versions have runtimes [model: PutRuntimeManagementConfig]. The words are ours."""
        return cls("Runtime management is not supported for aliases. Please specify a function version.")

    @classmethod
    def runtime_version_arn(cls, *, required: bool) -> Self:
        """Manual needs a runtime version, the other modes have none [model: documentation]. The words are ours."""
        if required:
            return cls("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.")
        return cls("RuntimeVersionArn is only supported when UpdateRuntimeOn is Manual.")

    @classmethod
    def pinned_runtime(cls) -> Self:
        """A pinned runtime version fixes runtime and architecture [docs: runtime-management-rollback].

        The words are ours.
        """
        return cls("Runtime and Architectures cannot be changed while the runtime update mode is Manual.")

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

    # --- event invoke configs ---

    @classmethod
    def no_event_invoke_setting(cls) -> Self:
        """[rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25]"""
        return cls("You must specify at least one of error handling or destination setting.")

    @classmethod
    def destination_config(cls, on_success: str | None, on_failure: str | None) -> Self:
        """A destination in a service that takes none; None is a side that was not given.

        AWS prints its own Java object [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25].
        """
        success = "null" if on_success is None else f"OnSuccess(destination={on_success})"
        failure = "null" if on_failure is None else f"OnFailure(destination={on_failure})"
        return cls(
            f"The provided destination config DestinationConfig(onSuccess={success}, onFailure={failure}) is invalid."
        )

    @classmethod
    def destination(cls, arn: str) -> Self:
        """A destination that does not exist [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25]."""
        return cls(f"The destination ARN {arn} is invalid.")

    @classmethod
    def own_destination(cls) -> Self:
        """[rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25]"""
        return cls("You can't specify the function as a destination for itself.")

    # --- provisioned concurrency, tenant isolation ---

    @classmethod
    def provisioned_latest(cls) -> Self:
        """[rec: test_provisioned_concurrency_exceptions, 2025-11-25]"""
        return cls("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")

    @classmethod
    def unprovisioned_latest(cls) -> Self:
        """It is read or deleted where it cannot be [rec: test_provisioned_concurrency_exceptions, 2025-11-25]."""
        return cls("The function resource provided must be an alias or a published version.")

    @classmethod
    def provisioned_minimum(cls, minimum: int) -> Self:
        """The account has no room [issues: anomalyco/sst#5829, 2025] [docs: troubleshooting-deployment]."""
        return cls(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{minimum}]."
        )

    @classmethod
    def provisioned_above_reserved(cls) -> Self:
        """More than the function has reserved [docs: provisioned-concurrency]. The words are ours."""
        return cls("Provisioned concurrency cannot be greater than the function's ReservedConcurrentExecutions.")

    @classmethod
    def isolated_tenants(cls, feature: str) -> Self:
        """Tenant isolation excludes some features [docs: tenant-isolation]. The words are ours."""
        return cls(f"{feature} are not supported for functions with tenant isolation enabled.")

    # --- event source mappings ---

    @classmethod
    def mapped_function(cls) -> Self:
        """The function, version or alias of a mapping is missing: no 404 [issues: aws/aws-cdk#2084, 2019]."""
        return cls("Function does not exist")

    @classmethod
    def event_source(cls, arn: str | None) -> Self:
        """No source that Lambda reads from [issues: hashicorp/terraform-provider-aws#19425, 2021, where it is null]."""
        return cls(f"Unsupported source arn : {'null' if arn is None else arn}")

    @classmethod
    def missing_stream(cls, arn: str) -> Self:
        """[rec: test_esm_with_not_existing_kinesis_stream, test_esm_with_not_existing_dynamodb_stream, 2025]"""
        return cls(f"Stream not found: {arn}")

    @classmethod
    def visibility_timeout(cls, queue: int, function: int) -> Self:
        """Both in seconds [issues: github-aws-runners/terraform-aws-github-runner#465 and #5383, 2021 and 2026]."""
        return cls(f"Queue visibility timeout: {queue} seconds is less than Function timeout: {function} seconds")

    @classmethod
    def event_source_member(cls, member: str) -> Self:
        """A setting that is not for this kind of source [issues: pulumi/pulumi-aws#1418, 2021]."""
        printed = member[:1].lower() + member[1:]
        return cls(f"Unsupported '{printed}' parameter for given event source mapping type.")

    @classmethod
    def event_source_member_required(cls, member: str) -> Self:
        """Recorded for SourceAccessConfigurations [rec: test_create_event_source_self_managed, 2024-09-03]."""
        printed = member[:1].lower() + member[1:]
        return cls(f"Required '{printed}' parameter is missing.")

    @classmethod
    def starting_position_required(cls) -> Self:
        """A sentence of model validation, with a full stop [rec: test_create_event_source_validation_kinesis, 2025]."""
        return cls(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )

    @classmethod
    def starting_position_of_queue(cls) -> Self:
        """[issues: boto/boto3#1613, 2018; motdotla/node-lambda#466, 2018]"""
        return cls("StartingPosition is not valid for SQS event sources.")

    @classmethod
    def starting_timestamp_required(cls) -> Self:
        """AT_TIMESTAMP without a timestamp [issues: awsdocs/aws-cloudformation-user-guide#334, 2019]."""
        return cls("Need to specify a timestamp")

    @classmethod
    def starting_timestamp(cls, problem: str) -> Self:
        """A timestamp that cannot be used [model: StartingPositionTimestamp documentation]. The words are ours."""
        return cls(f"StartingPositionTimestamp {problem}.")

    @classmethod
    def timestamp_of_table(cls) -> Self:
        """DynamoDB streams cannot be read from a moment [model: StartingPosition]. The words are ours."""
        return cls("StartingPosition AT_TIMESTAMP is not valid for DynamoDB event sources.")

    @classmethod
    def batch_without_window(cls, largest: int) -> Self:
        """[rec: test_event_source_mapping_default_batch_size, 2025-11-25]"""
        return cls(
            f"Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than {largest}"
        )

    @classmethod
    def window_of_fifo_queue(cls) -> Self:
        """[issues: aws/aws-lambda-dotnet#1758, 2024]"""
        return cls("Batching window is not supported for FIFO queues")

    @classmethod
    def batch_of_fifo_queue(cls, largest: int) -> Self:
        """The limit is documented, its words are ours [model: BatchSize documentation]."""
        return cls(f"Batch size must be {largest} or less for FIFO queues")

    @classmethod
    def record_age(cls, lowest: int) -> Self:
        """Between forever (-1) and a minute [model: MaximumRecordAgeInSeconds documentation]. The words are ours."""
        return cls(f"MaximumRecordAgeInSeconds must be -1, or {lowest} or more")

    @classmethod
    def filter_pattern(cls) -> Self:
        """[rec: test_dynamodb_invalid_event_filter, 2025-11-25]"""
        return cls("Invalid filter pattern definition.")

    @classmethod
    def too_many_filters(cls, limit: int) -> Self:
        """The limit is documented, its words are ours [docs: invocation-eventfiltering]."""
        return cls(f"Cannot have more than {limit} filters per event source mapping.")

    @classmethod
    def pollers(cls, problem: str) -> Self:
        """ProvisionedPollerConfig cannot be so [model: its documentation]. The words are ours."""
        return cls(f"ProvisionedPollerConfig {problem}.")

    @classmethod
    def consumer_group(cls) -> Self:
        """A group stays what it is [model: ConsumerGroupId documentation]. The words are ours."""
        return cls("ConsumerGroupId cannot be updated.")

    # --- managed instances ---

    @classmethod
    def too_long_capacity_provider_name(cls, name: str, limit: int) -> Self:
        """The limit is that of TaggableResource [model]; its words are taken from those for function names."""
        return cls(
            f"1 validation error detected: Value '{name}' at 'capacityProviderName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}"
        )

    @classmethod
    def instance_types(cls) -> Self:
        """Allowed or excluded ones, not both [docs: lambda-managed-instances-capacity-providers]. Our words."""
        return cls("AllowedInstanceTypes and ExcludedInstanceTypes cannot be specified together.")

    @classmethod
    def capacity_provider(cls, arn: str) -> Self:
        """A function names a capacity provider that is not there, or not Active. The words are ours."""
        return cls(f"The capacity provider does not exist or is not active: {arn}")

    @classmethod
    def capacity_provider_config(cls) -> Self:
        """An ordinary function is to move to managed instances [issues: localstack/localstack#13447, 2025-12-01].

        That AWS refuses it is evidenced, its words are not: these are ours.
        """
        return cls("CapacityProviderConfig cannot be added to an existing function.")

    @classmethod
    def publish_to(cls) -> Self:
        """PublishTo on an ordinary function [docs: lambda-managed-instances-version-publishing]. The words are ours."""
        return cls("PublishTo is only supported for functions with a capacity provider configuration.")

    @classmethod
    def accelerator_config(cls) -> Self:
        """Accelerators belong to instances of a capacity provider. The words are ours."""
        return cls("AcceleratorConfig is only supported for functions with a capacity provider configuration.")

    @classmethod
    def runtime_config(cls, *, required: bool) -> Self:
        """The runtime `custom` goes with RuntimeConfig and no other does [docs: cmr-using]. The words are ours."""
        if required:
            return cls("RuntimeConfig is required when the runtime is custom.")
        return cls("RuntimeConfig is only supported when the runtime is custom.")

    @classmethod
    def execution_environments(cls) -> Self:
        """More at least than at most. The words are ours."""
        return cls("MinExecutionEnvironments cannot be greater than MaxExecutionEnvironments.")

    # --- durable executions ---

    @classmethod
    def checkpoint_token(cls) -> Self:
        """A token that is stale, foreign or malformed; also if there is no such execution [sdk: exceptions.py]."""
        return cls("Invalid checkpoint token")

    @classmethod
    def ended_durable_execution(cls, status: str) -> Self:
        """What has ended cannot be stopped. The words are ours."""
        return cls(f"The durable execution has ended with the following status: {status}")


# --- What AWS does not know. ---


class CodeFolderError(EmulatorError):
    """A folder of the host that code cannot be run from (hot reload): the user's to mend, so no client tries again."""

    status = 400

    @classmethod
    def relative(cls, folder: str) -> Self:
        """S3Key is no absolute path."""
        return cls(
            f"Hot reload: S3Key must be the absolute path of a folder on the emulator's machine, and {folder!r} is not "
            "absolute (~ is not expanded)."
        )

    @classmethod
    def whole_machine(cls) -> Self:
        """S3Key is `/`."""
        return cls("Hot reload: S3Key must be the absolute path of a folder, and / is the whole machine.")

    @classmethod
    def missing(cls, folder: str) -> Self:
        """There is nothing, or not any more."""
        return cls(f"Hot reload: there is no folder {folder} on the emulator's machine.")

    @classmethod
    def no_folder(cls, path: str) -> Self:
        """There is something else."""
        return cls(f"Hot reload: {path} is not a folder.")

    @classmethod
    def unreadable(cls, path: str, reason: str) -> Self:
        """It may not be looked into."""
        return cls(f"Hot reload: {path} cannot be read: {reason}.")

    @classmethod
    def closed_to_functions(cls, folder: str) -> Self:
        """It may, but not by functions, which run as another user here."""
        return cls(
            f"Hot reload: functions run as a user of their own here, who may not read {folder}. "
            f"Let others in: chmod o+rx {folder}"
        )


# --- What this emulator cannot do yet. ---


class NotYetError(EmulatorError):
    """A part of AWS that comes with a later issue; answered with 501 and the message, which says what."""

    status = 501
