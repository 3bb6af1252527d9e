def handler(event, context):
    if "length" in event:
        return "a" * event["length"]
    return {"characters": len(event["text"])}
