import importlib
from pathlib import Path


def handler(event, context):
    return {
        "modules": {name: _module(name) for name in event.get("modules", [])},
        "files": {name: _text(Path("/opt", name)) for name in event.get("files", [])},
    }


def _module(name):
    try:
        return importlib.import_module(name).TEXT
    except ModuleNotFoundError:
        return None


def _text(path):
    return path.read_text().strip() if path.exists() else None
