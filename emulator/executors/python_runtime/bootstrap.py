"""Starts a Python function as AWS's managed runtimes do: sets the search path, then hands over to awslambdaric.

The resulting `sys.path` is the one that functions print on AWS, entry by entry: code, layers, then (from Python 3.11
on) the interpreter's own packages, then /var/runtime, the standard library, and the layers once more
[docs: python-package, search path] [log: python3.13, 2025; python3.10].
"""

from __future__ import annotations

import os
import site
import sys


def _set_search_path(task_root: str, runtime_folder: str, layers: str) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layer_packages = [os.path.join(layers, "python", "lib", version, "site-packages"), os.path.join(layers, "python")]
    while runtime_folder in sys.path:
        sys.path.remove(runtime_folder)  # Python puts the folder of its script there, wherever else it belongs
    front = [task_root]
    if "PYTHONPATH" not in os.environ:
        front += layer_packages
        # Without a sandbox that hides them, packages that the host has installed for its Python stay out.
        if sys.version_info >= (3, 11) and not sys.flags.no_site:
            front.append(os.path.join(sys.base_prefix, "lib", version, "site-packages"))
        front.append(runtime_folder)
        os.environ["PYTHONPATH"] = runtime_folder  # programs that the function starts find what the function finds
    sys.path[:0] = front
    if runtime_folder not in sys.path:
        sys.path.append(runtime_folder)
    for folder in layer_packages:
        if os.path.isdir(folder):
            site.addsitedir(folder)
        if sys.path[-1] != folder:
            sys.path.append(folder)


def main() -> None:
    """Runs until the environment ends."""
    layers = os.environ.pop("_PARITY_LAYERS", "/opt")
    _set_search_path(os.environ["LAMBDA_TASK_ROOT"], os.environ["LAMBDA_RUNTIME_DIR"], layers)
    from awslambdaric.__main__ import main as run

    run([sys.argv[0], os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
