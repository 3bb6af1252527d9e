"""The Docker executor: one container for each execution environment.

The container runs nothing but `sh` with a short script (supervisor.py), which starts what the executor tells it to and
says how it ended. So a container outlives its runtimes, and /tmp with it, and a restart costs no call to the engine.
Both talk through named pipes in a folder that the container is shown: what a function writes is read the moment it is
written, as with the process executor, and the end of the server is the end of its containers. This needs an engine on
the same kernel.

Nothing here is imported before the Docker executor is chosen; the SDK takes its time.
"""
