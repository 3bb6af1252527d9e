"""Files that go into /var/runtime of a Python function, beside AWS's own awslambdaric.

They run under the function's interpreter (3.9 and newer), so they import nothing of the emulator.
"""
