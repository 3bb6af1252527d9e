import logging

logging.getLogger().setLevel(logging.INFO)

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
    print("Lambda log message - print function")
    logging.info("Lambda log message - logging module")
    return {"event": event, "context": {member: getattr(context, member) for member in MEMBERS}}
