"""Counts requests and writes the counts as Prometheus reads them."""

import threading
from collections import Counter
from collections.abc import Mapping


class RequestCounter:
    """Requests by status; safe to use from many threads."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = dict(labels)
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()

    def count(self, status: int) -> None:
        with self._lock:
            self._counts[status] += 1

    def render(self) -> str:
        """Prometheus' text format, version 0.0.4."""
        with self._lock:
            counts = sorted(self._counts.items())
        lines = [
            "# HELP http_requests_total Requests answered, by status.",
            "# TYPE http_requests_total counter",
        ]
        for status, count in counts:
            lines.append(f"http_requests_total{{{self._labels_for(status)}}} {count}")
        return "\n".join(lines) + "\n"

    def _labels_for(self, status: int) -> str:
        labels = {**self._labels, "status": str(status)}
        return ",".join(f'{name}="{_escape(value)}"' for name, value in sorted(labels.items()))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
