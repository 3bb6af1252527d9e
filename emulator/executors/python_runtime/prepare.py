"""Run once by an interpreter that is about to run functions: compiles its runtime folder, and says what it is.

Prints one JSON object: implementation, version, prefix, and the folders that hold packages installed for it, which
functions must not see.
"""

from __future__ import annotations

import compileall
import json
import site
import sys

if __name__ == "__main__":
    compileall.compile_dir(sys.argv[1], quiet=2)
    description = {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "prefix": sys.base_prefix,
        "packages": site.getsitepackages([sys.base_prefix]),
    }
    print(json.dumps(description))
