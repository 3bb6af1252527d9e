"""GetFunctionRecursionConfig, PutFunctionRecursionConfig."""

from emulator.operations.call import Call, Members
from emulator.operations.target import find_function, read_target


def get_function_recursion_config(call: Call, members: Members) -> Members:
    """What happens to recursive calls; `Terminate` unless set [rec: TestLambdaRecursion, 2025-11-25]."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    return {"RecursiveLoop": function.recursive_loop}


def put_function_recursion_config(call: Call, members: Members) -> Members:
    """Say what is to happen to recursive calls: `Allow` or `Terminate`."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    function.recursive_loop = members["RecursiveLoop"]
    return {"RecursiveLoop": function.recursive_loop}
