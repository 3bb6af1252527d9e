"""AWS's limits, in one place. Sizes are bytes unless a name says otherwise; evidence is cited next to each.

[docs] is the developer guide's page on quotas, [model] the service model, [rec] a recorded answer of AWS.
"""

MEGABYTE = 1024 * 1024

# The account
CONCURRENT_EXECUTIONS = 1000  # [docs]; AWS changes it on request, `concurrent_executions` in settings.py does here
UNRESERVED_MINIMUM = 100  # executions that no function may reserve [docs: lambda-concurrency]
TOTAL_CODE_SIZE = 80_530_636_800  # 75 GB of packages, layers and versions [docs]
REQUESTS_PER_CONCURRENCY = 10  # invocations a second for each unit of concurrency [docs: lambda-concurrency]
SCALING_ENVIRONMENTS, SCALING_SECONDS = 1000, 10.0  # how fast a function may get more [docs: scaling-behavior]
TENANT_ENVIRONMENTS_PER_CONCURRENCY = 2.5  # [docs: tenant-isolation-troubleshooting]

# A function's code
CODE_SIZE_ZIPPED = 52_428_800  # inline package [rec: test_oversized_zipped_create_lambda]
CODE_SIZE_UNZIPPED = 262_144_000  # code and layers together [rec: test_oversized_unzipped_lambda]
# Body of what brings a package [issues: minorun365/bedrock-book#42, 2024-10, of PublishLayerVersion]. It was 69905067,
# the base64 of a full package, until 2021 [issues: prisma/ecosystem-tests#1507]: 256 KB are for the rest.
CODE_REQUEST_SIZE = 70_167_211
LAYERS = 5  # [rec: test_layer_function_quota_exception]

# A function's configuration
FUNCTION_NAME_LENGTH = 64  # of the bare name, on creation [rec: test_function_arns]
VARIABLES_SIZE = 4096  # of the compact JSON [rec: test_lambda_envvars_near_limit_succeeds]
# Body of UpdateFunctionConfiguration [docs: troubleshooting-deployment; issues: github-aws-runners/
# terraform-aws-github-runner#3320, 2023-06]
CONFIGURATION_REQUEST_SIZE = 5120
TIMEOUT_SECONDS = 900  # [docs]; the model's 5400 is for managed instances
MEMORY_MB = 10_240  # [docs]; the model's 32768 is for managed instances
EPHEMERAL_STORAGE_MB = 10_240  # [docs]; more needs an accelerator [model: EphemeralStorageSize]
TAGS = 50  # [docs: configuration-tags]
POLICY_SIZE = 20_480  # of a resource-based policy, as it is printed [docs] [issues: adobe/helix-deploy#24, 2020]

# Event source mappings
EVENT_FILTERS = 5  # of one mapping; AWS raises it to 10 on request [docs: invocation-eventfiltering]
RECORD_AGE_SECONDS = 60  # the shortest but forever [model: MaximumRecordAgeInSeconds documentation]
FIFO_BATCH = 10  # messages [model: BatchSize documentation]

# Managed instances
CAPACITY_PROVIDERS = 1000  # of one account [docs: lambda-managed-instances-capacity-providers]
CAPACITY_PROVIDER_VERSIONS = 100  # function versions on one of them [docs: the same page]
CAPACITY_PROVIDER_NAME_LENGTH = 64  # [model: TaggableResource]

# One invocation
SYNCHRONOUS_PAYLOAD = 6 * MEGABYTE  # request of RequestResponse [docs]
SYNCHRONOUS_RESPONSE = 6_291_556  # [rec: test_lambda_too_large_response]
STREAMED_RESPONSE = 200 * MEGABYTE  # [docs: configuration-response-streaming]; 20 MB until 2025
STREAM_BURST, STREAM_BANDWIDTH = 6 * MEGABYTE, 2 * MEGABYTE  # as fast as it can; then bytes a second [docs: the same]
ASYNCHRONOUS_PAYLOAD = MEGABYTE  # request of Event [docs: InvocationRequest]
INVOKE_ASYNC_PAYLOAD = 256 * 1024  # the old InvokeAsync [docs]
CLIENT_CONTEXT = 3583  # base64 text [docs: InvocationRequest]
LOG_TAIL = 4096  # [docs: InvocationResponse]

# An execution environment
INIT_SECONDS = 10  # [docs: lambda-runtime-environment]
PROVISIONED_INIT_SECONDS = 130  # or the function's timeout, if that is longer [docs: the same page]
FILE_DESCRIPTORS = 1024  # [docs]
PROCESSES = 1024  # processes and threads together [docs]
EXTENSIONS = 10  # [rie: core/registrations.go]

# Pages
FUNCTIONS_PER_PAGE = 50  # also versions; a larger MaxItems is capped silently [model: ListFunctions documentation]
LAYERS_PER_PAGE = 50  # also layer versions [model: MaxLayerListItems]
CODE_SIGNING_PER_PAGE = 10_000  # configurations, and functions of one [model: ListCodeSigningConfigs documentation]
CONFIGS_PER_PAGE = 50  # event invoke configs, URLs, provisioned concurrency, capacity providers [model: MaxItems]
MAPPINGS_PER_PAGE = 100  # a larger MaxItems is capped silently [model: ListEventSourceMappings documentation]
DURABLE_PER_PAGE = 1000  # executions, events and operations, 100 unless asked for [model: ItemCount]
ALIASES_PER_PAGE = 50  # not documented; taken from the other function lists
CODE_LINK_SECONDS = 600  # GetFunction's Code.Location is valid for ten minutes [model: FunctionCodeLocation]

# The greatest body of a request by operation, where it is checked before all else; Invoke's depend on the request.
REQUEST_SIZES = {
    **dict.fromkeys(("CreateFunction", "UpdateFunctionCode", "PublishLayerVersion"), CODE_REQUEST_SIZE),
    "UpdateFunctionConfiguration": CONFIGURATION_REQUEST_SIZE,
}
