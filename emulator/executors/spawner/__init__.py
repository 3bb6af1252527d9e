"""A small helper process that starts execution environments for the server.

The server has threads of its own (the event loop's, a debugger's), holds sockets, and must never stall; forking it
would be slow and unsafe. So it starts one *spawner*: single-threaded, standard library only, a few milliseconds to
start. The family then looks like this:

    server ── spawner ─┬─ init of environment A ── runtime, and whatever the function starts
                       └─ init of environment B ── …

* The server asks the spawner over a Unix socket to fork an *init* per environment, and hands the init one end of a
  socket pair of its own. From then on the two talk directly.
* Where the host allows namespaces, the spawner lives in some of its own (home.py), and mounts an environment's /tmp
  there, a file system in memory of the size that the function asks for. So it outlives runtimes and inits; it is lost
  only if spawner and init are both killed, or with the environment.
* The init is process 1 of a PID namespace where the host allows namespaces. It builds the file tree that the function
  sees, then starts and kills runtimes as it is told.
* The init freezes and thaws what runs in its sandbox with SIGSTOP and SIGCONT, which no program can catch or refuse. A
  program that has a handler for SIGCONT, or for the SIGCHLD of a child that stops, notices; on AWS it would not. It
  also watches the memory (memory.py).
* Nobody outlives anybody: an init ends when its socket closes, the spawner when its own does, and sockets close
  whatever kills the server, SIGKILL included. The end of an init is the end of every process in its namespace. The
  spawner then removes the working folder, so a killed server leaves neither a process nor a file behind.

The modules here import nothing of the emulator and run under `python -I -S`.
"""
