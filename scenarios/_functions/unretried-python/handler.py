import json


def handler(event, context):
    print(json.dumps(event))
    # The line that raises has the number that it had when AWS was recorded.
    raise Exception("intentional failure")
