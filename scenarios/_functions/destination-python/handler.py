# The line that raises has the number that it had when AWS was recorded.
MEMBERS = (
    "aws_request_id",
    "client_context",
    "function_name",
    "function_version",
    "invoked_function_arn",
    "log_group_name",
    "log_stream_name",
    "memory_limit_in_mb",
)


def handler(event, context):
    if not event.get("raise_error"):
        return {"event": event, "context": {member: getattr(context, member) for member in MEMBERS}}
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    raise Exception("Test exception (this is intentional)")
