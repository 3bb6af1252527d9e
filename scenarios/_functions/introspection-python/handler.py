import getpass
import os
import pathlib
import platform
import stat
import subprocess

PATHS = ("/lambda-entrypoint.sh", "/opt", "/tmp", "/var/task")


def describe(path):
    key = path.replace("/", "_")
    file = pathlib.Path(path)
    found = file.stat()
    return {
        f"{key}_gid": found.st_gid,
        f"{key}_mode": stat.filemode(found.st_mode),
        f"{key}_owner": file.owner(),
        f"{key}_uid": found.st_uid,
    }


def handler(event, context):
    return {
        "event": event,
        "paths": {name: value for path in PATHS for name, value in describe(path).items()},
        "platform_machine": platform.machine(),
        "platform_system": platform.system(),
        "pwd": os.getcwd(),
        "user_login_name": getpass.getuser(),
        "user_whoami": subprocess.getoutput("whoami"),
    }
