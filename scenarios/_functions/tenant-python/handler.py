invocations = 0
remembered = None


def handler(event, context):
    global invocations, remembered
    invocations += 1
    remembered = event.get("remember", remembered)
    return {"tenant_id": context.tenant_id, "invocations": invocations, "remembered": remembered}
