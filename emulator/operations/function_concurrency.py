"""GetFunctionConcurrency, PutFunctionConcurrency, DeleteFunctionConcurrency: reserved concurrency."""

from emulator import quotas
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call, Members
from emulator.operations.target import find_function, read_target, resources_of


def get_function_concurrency(call: Call, members: Members) -> Members:
    """What is reserved; nothing at all if nothing is [rec: test_lambda_concurrency_crud, 2025-11-24]."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    if function.reserved_concurrency is None:
        return {}
    return {"ReservedConcurrentExecutions": function.reserved_concurrency}


def put_function_concurrency(call: Call, members: Members) -> Members:
    """Reserve concurrent executions for a function, all versions together; 0 stops it.

    At least 100 of the account's must stay unreserved [docs: configuration-concurrency].
    """
    target = read_target(call, members["FunctionName"])
    function, resources = find_function(call, target), resources_of(call, target)
    wanted = members["ReservedConcurrentExecutions"]
    others = resources.reserved_concurrency() - (function.reserved_concurrency or 0)
    # What other functions have provisioned without a reservation is taken too [docs: provisioned-concurrency].
    others += resources.provisioned_concurrency()
    if function.reserved_concurrency is None:
        others -= function.provisioned_concurrency()
    if call.settings.concurrent_executions - others - wanted < quotas.UNRESERVED_MINIMUM:
        raise InvalidParameterValueException.unreserved_minimum(quotas.UNRESERVED_MINIMUM)
    function.reserved_concurrency = wanted
    return {"ReservedConcurrentExecutions": wanted}


def delete_function_concurrency(call: Call, members: Members) -> Members:
    """Give back what is reserved, if anything is."""
    find_function(call, read_target(call, members["FunctionName"])).reserved_concurrency = None
    return {}
