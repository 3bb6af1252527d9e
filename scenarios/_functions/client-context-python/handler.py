def members(sent):
    return {name: getattr(sent, name) for name in sent.__slots__}


def handler(event, context):
    if context.client_context is None:
        return None
    sent = members(context.client_context)
    return {**sent, "client": members(sent["client"]) if sent["client"] else None}
