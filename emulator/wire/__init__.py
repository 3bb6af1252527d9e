"""Bytes to HTTP messages and back, shared by the Lambda API and the Runtime API."""
