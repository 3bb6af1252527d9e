import a_package_that_nobody_installed


def handler(event, context):
    return a_package_that_nobody_installed.answer(event)
