import errno
import os

FILE = "/tmp/large"
MEGABYTE = bytes(2**20)


def handler(event, context):
    if event.get("remove"):
        os.remove(FILE)
    written = 0
    try:
        with open(FILE, "ab") as file:
            for _ in range(event.get("megabytes", 0)):
                file.write(MEGABYTE)
                written += 1
    except OSError as error:
        return {"all of it": False, "error": errno.errorcode[error.errno]}
    return {"all of it": written == event.get("megabytes", 0), "kept": os.path.getsize(FILE) // 2**20}
