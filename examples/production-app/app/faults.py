"""Decides which requests fail on purpose."""

import threading


class Faults:
    """Lets exactly the given share of requests fail, evenly spread: no luck is involved."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._due = 0.0
        self._lock = threading.Lock()

    def is_due(self) -> bool:
        with self._lock:
            self._due += self._rate
            if self._due < 1:
                return False
            self._due -= 1
            return True
