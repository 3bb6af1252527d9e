def handler(event, context):
    sent = context.client_context
    if sent is None:
        return None
    return {"client": vars(sent.client) if sent.client else None, "custom": sent.custom, "env": sent.env}
