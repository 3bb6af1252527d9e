"""Side-by-side measurements of the emulator; run them with `python -m benchmarks`. README.md says how to read them."""
