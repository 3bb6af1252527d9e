"""How often something may be done: so many times a second, refilled continuously, and not saved up without end."""


class Allowance:
    """Begins full. Times are seconds of any clock that does not go back."""

    __slots__ = ("_left", "_since")

    def __init__(self) -> None:
        self._left: float | None = None  # full, whatever that is
        self._since = 0.0

    def take(self, per_second: float, most: float, now: float) -> bool:
        """Uses it once, if any of it is left. `most` is what it holds when it has not been used for long."""
        left = most if self._left is None else min(most, self._left + (now - self._since) * per_second)
        self._since = now
        self._left = left - 1 if left >= 1 else left
        return left >= 1
