"""The service over HTTP."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.faults import Faults
from app.metrics import RequestCounter
from app.settings import Settings

JSON = "application/json"
METRICS = "text/plain; version=0.0.4; charset=utf-8"

# The cluster asks for these all the time. They must not count as traffic: a canary that nobody uses would look healthy.
UNCOUNTED = ("/health", "/metrics")


class Service:
    """Answers requests; knows nothing of sockets."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now = now
        self._started = now()
        self._faults = Faults(settings.fault_rate)
        self.counter = RequestCounter({"app": settings.app_name, "track": settings.track})

    def answer(self, path: str) -> tuple[int, str, str]:
        """Status, content type and body for a GET of this path."""
        if path == "/metrics":
            return 200, METRICS, self.counter.render()
        status, body = self._route(path)
        if path not in UNCOUNTED:
            self.counter.count(status)
        return status, JSON, json.dumps(body) + "\n"

    def _route(self, path: str) -> tuple[int, dict[str, Any]]:
        if path == "/health":
            return 200, {"status": "ok"}
        if self._faults.is_due():
            return 500, {"error": "this request was chosen to fail (FAULT_RATE)"}
        settings = self._settings
        if path == "/":
            return 200, {"message": f"Hello from {settings.app_name}"}
        if path == "/api/version":
            return 200, {"version": settings.version, "revision": settings.revision}
        if path == "/api/status":
            return 200, {
                "status": "ok",
                "environment": settings.environment,
                "track": settings.track,
                "uptime_seconds": round(self._now() - self._started, 3),
            }
        return 404, {"error": "not found"}


def create_server(settings: Settings) -> ThreadingHTTPServer:
    """A server that listens on the settings' port (0: any) and answers once `serve_forever` is called."""
    service = Service(settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # pylint: disable=invalid-name
            status, content_type, body = service.answer(self.path.split("?", 1)[0])
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:  # pylint: disable=arguments-differ
            """Requests are counted, not logged."""

    server = ThreadingHTTPServer((settings.host, settings.port), Handler)
    # An open keep-alive connection must not hold up the end of the process.
    server.daemon_threads = True
    server.block_on_close = False
    return server
