import json


def handler(event, context):
    path = event["rawPath"]
    if path.startswith("/returns"):
        return json.loads(event["body"])
    if path == "/raises":
        raise ValueError("not shown")
    http = event["requestContext"]["http"]
    return {
        "members": sorted(event),
        "context": sorted(event["requestContext"]),
        "path": [path, http["path"], event["rawQueryString"], event.get("queryStringParameters")],
        "method": http["method"],
        "cookies": event.get("cookies"),
        "custom": event["headers"].get("x-custom"),
        "body": [event.get("body"), event["isBase64Encoded"]],
        "account": event["requestContext"]["accountId"],
        "same_id": event["requestContext"]["requestId"] == context.aws_request_id,
    }
