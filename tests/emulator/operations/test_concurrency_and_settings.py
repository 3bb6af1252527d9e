"""Reserved concurrency, recursion and account settings beyond what recordings show."""

import pytest


def reserve(world, name, number):
    return world.do("PutFunctionConcurrency", FunctionName=name, ReservedConcurrentExecutions=number)


def test_a_hundred_executions_stay_unreserved(world):
    world.create("a")
    world.create("b")
    reserve(world, "a", 500)
    reserve(world, "b", 400)
    reserve(world, "b", 400)  # its own reservation does not count against it
    refused = world.refusal("PutFunctionConcurrency", FunctionName="b", ReservedConcurrentExecutions=401)
    assert (refused.code, refused.message) == (
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100].",
    )
    limits = world.do("GetAccountSettings")["AccountLimit"]
    assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (1000, 100)


def test_the_dispatcher_sees_a_reservation_at_once(world):
    world.create()
    function = world.function()
    assert function.reserved_concurrency is None
    reserve(world, "fn", 0)
    assert function.reserved_concurrency == 0
    world.do("DeleteFunctionConcurrency", FunctionName="fn")
    assert function.reserved_concurrency is None


@pytest.mark.parametrize(
    "operation",
    ["GetFunctionConcurrency", "PutFunctionConcurrency", "DeleteFunctionConcurrency", "GetFunctionRecursionConfig"],
)
def test_they_need_a_function(world, operation):
    members = {"ReservedConcurrentExecutions": 1} if operation.startswith("Put") else {}
    refused = world.refusal(operation, FunctionName="no", **members)
    assert (refused.code, refused.message) == ("ResourceNotFoundException", f"Function not found: {world.arn('no')}")


def test_recursion_can_be_allowed(world):
    world.create()
    put = world.do("PutFunctionRecursionConfig", FunctionName="fn", RecursiveLoop="Allow")
    assert put == world.do("GetFunctionRecursionConfig", FunctionName="fn") == {"RecursiveLoop": "Allow"}
