handler = "a text, not a function"
