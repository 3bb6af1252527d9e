"""The results of a run, three times: as a table, as JSON, as a plot."""
