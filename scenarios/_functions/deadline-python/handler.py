def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return {"type": type(left).__name__, "within_timeout": 0 < left <= event["timeout"] * 1000}
