"""Run once by an interpreter that is about to run functions: compiles its runtime folder, and says what it is.

Prints one JSON object: version, prefix, and the folders that hold packages installed for it, which functions must not see.
"""

import compileall
import json
import site
import sys


def describe():
    return {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "prefix": sys.base_prefix,
        "packages": site.getsitepackages([sys.base_prefix]),
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        compileall.compile_dir(sys.argv[1], quiet=2)
    print(json.dumps(describe()))
