def handler(event, context):
    return {"module": __name__, "event": event}


class Orders:
    @staticmethod
    def handle(event, context):
        return event
