"""From an invocation to its outcome: admission, environments and their pools, the queue of events, logs."""
