"""The files of /var/runtime of a Node.js function: a Runtime API client that behaves as AWS's.

Plain JavaScript over Node's standard library, for Node.js 16 and newer. `index.mjs` is where it starts; AWS's has that
name too, and functions see it in their stack traces. No interpreter of Python ever reads this folder.
"""
