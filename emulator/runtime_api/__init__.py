"""What function code talks to: the Runtime API of one execution environment."""
