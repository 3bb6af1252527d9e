from json import a_name_that_json_lacks


def handler(event, context):
    return a_name_that_json_lacks(event)
