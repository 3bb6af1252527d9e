def handler(event, context):
    # The line that raises has the number that it had when AWS was recorded.
    if event["mode"] == "failure":
        raise Exception("intentional failure!")
    return {"hello": "world", "test": "abc", "val": 5, "success": True}
