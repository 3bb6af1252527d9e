import os


def handler(event, context):
    return {
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "variant": os.environ.get("VARIANT"),
    }
