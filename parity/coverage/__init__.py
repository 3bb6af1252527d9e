"""`parity coverage`: how much of the Lambda API the corpus speaks of, and what those claims rest on.

For every operation of the service model there is one cell for its success, one for each error it declares, one for each
constraint on its input and one for each member of its answer (`cells`). What scenarios and their snapshots show of them
is read from the recorded answers alone (`claims`), so that no one can tick a cell by hand: an error counts where an
answer raises it, a constraint where an answer names it for a value that breaks it, a member where a success holds it.
The matrix keeps the strongest evidence for each cell (`matrix`); what no client can provoke stands in a list with the
reason (`unprovokable.toml`), and that list is strict both ways.
"""
