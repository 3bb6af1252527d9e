"""`parity probe`: asks a Lambda API what its validation should refuse, and what it must not.

The service model says of each member what it may be: a pattern, a set of values, a length, a range. A *probe* is one
request with one value just inside or just outside one such constraint, and what the answer has to be: the refusal in
AWS's own words, character for character, or anything but a refusal by validation.

The words are data with evidence (`printed_forms.toml`), what breaks which constraint is decided by `rules`, and both
are independent of every emulator's code: that is what makes them a measure. They are themselves measured against AWS's
recorded answers (`recordings`), which are right where the two disagree.

    members → values → catalogue          what to ask
    printed_forms, patterns → rules       what has to be answered
    request, running, census              asking it
    judgement → parity.report             what came of it
"""
