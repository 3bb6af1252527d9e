"""GetAccountSettings."""

from emulator import quotas
from emulator.operations.call import Call, Members


def get_account_settings(call: Call, _members: Members) -> Members:
    """The account's limits in this region and what it uses of them (functions.md §7)."""
    reserved = call.resources.reserved_concurrency()
    return {
        "AccountLimit": {
            "TotalCodeSize": quotas.TOTAL_CODE_SIZE,
            "CodeSizeUnzipped": quotas.CODE_SIZE_UNZIPPED,
            "CodeSizeZipped": quotas.CODE_SIZE_ZIPPED,
            "ConcurrentExecutions": call.settings.concurrent_executions,
            # What is provisioned is not taken away here [model: AccountLimit].
            "UnreservedConcurrentExecutions": call.settings.concurrent_executions - reserved,
        },
        "AccountUsage": {
            "TotalCodeSize": call.resources.total_code_size(),
            "FunctionCount": len(call.resources.functions),
        },
    }
