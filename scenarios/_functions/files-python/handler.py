import os
import pathlib
import tempfile


def writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def handler(event, context):
    return {
        "pwd": os.getcwd(),
        "task_root": os.environ["LAMBDA_TASK_ROOT"],
        "module": __file__,
        "mode": oct(pathlib.Path(__file__).stat().st_mode & 0o777),
        "writable": {folder: writable(folder) for folder in event["folders"]},
    }
