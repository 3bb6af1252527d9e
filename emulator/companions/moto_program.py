"""What runs in the process of the embedded companion: moto's server, on a free port of this machine.

It writes `port <number>` when it serves, and ends when its standard input does. The other end of that is the
emulator's, and the kernel closes it however the emulator ended: so the companion never outlives it.
"""

import logging
import os
import sys

ACCOUNT_VARIABLE = "PARITY_COMPANION_ACCOUNT"  # the account of callers whose access key names none


def account_headers(account_id: str) -> dict[str, str]:
    """What tells moto in which account a request is."""
    return {"x-moto-account-id": account_id}


def main() -> None:
    """Serves until standard input ends."""
    import moto.iam.models  # noqa: PLC0415 (two seconds, in this process alone)
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    # Where neither a header nor an access key of its own IAM and STS tells the account, moto has a number of its own.
    vars(moto.iam.models)["DEFAULT_ACCOUNT_ID"] = os.environ[ACCOUNT_VARIABLE]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # or it writes a line for every request
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    sys.stdout.write(f"port {port}\n")
    sys.stdout.flush()
    os.dup2(2, 1)  # nobody reads on, and whoever printed more would stand still one day
    while os.read(0, 4096):
        pass
    os._exit(0)  # at once: the server's threads may be answering
