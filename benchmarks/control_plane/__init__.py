"""The control plane under many clients: what they ask, what each knows of its own, and what must be at the end."""
