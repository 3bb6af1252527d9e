import logging

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    logging.info("RequestId log message")
    return context.aws_request_id
