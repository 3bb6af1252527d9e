import time

invocations = 0


def handler(event, context):
    global invocations
    invocations += 1
    time.sleep(event.get("sleep", 0))
    answer = {"slept": event.get("sleep", 0)}
    if event.get("count", True):
        answer["invocations"] = invocations
    if event.get("tell"):
        answer["log_stream_name"] = context.log_stream_name
    return answer
