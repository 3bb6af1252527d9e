"""Its orders."""
