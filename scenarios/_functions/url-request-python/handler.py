def handler(event, context):
    others = ("x-amz", "x-forwarded-", "authorization", "host")
    return {
        "args": event.get("queryStringParameters", {}),
        "data": event.get("body", ""),
        "encoded": event["isBase64Encoded"],
        "headers": {name: value for name, value in event["headers"].items() if not name.startswith(others)},
        "method": event["requestContext"]["http"]["method"],
        "path": event["requestContext"]["http"]["path"],
    }
