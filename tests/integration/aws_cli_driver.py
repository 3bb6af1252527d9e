"""Runs commands of the AWS CLI in one process: lines of JSON in, lines of JSON out. Run by the CLI's own Python.

It is the CLI's code from the parsing of arguments to the printing of answers; only its start, which takes a second, is
not repeated for each command.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


def main() -> None:
    driver = create_clidriver()
    for line in sys.stdin:
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            try:
                code = driver.main(json.loads(line))
            except SystemExit as ended:  # wrong arguments
                code = ended.code
        answer = {"code": code, "out": out.getvalue(), "error": error.getvalue()}
        sys.__stdout__.write(json.dumps(answer) + "\n")
        sys.__stdout__.flush()


if __name__ == "__main__":
    main()
