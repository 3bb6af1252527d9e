"""Where function code runs. `executor.py` holds the small protocol that every executor speaks.

This module imports nothing, because the spawner's helper process is started from it.
"""
