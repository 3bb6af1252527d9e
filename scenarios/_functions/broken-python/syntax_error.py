def handler(event, context):
    return {"missing": "brace"
