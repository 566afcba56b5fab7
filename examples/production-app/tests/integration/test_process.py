"""The service as a process, asked over HTTP, as the image starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(name="service")
def running_service():
    port = free_port()
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "APP_VERSION": "v1.4.0",
        "TRACK": "canary",
    }
    process = subprocess.Popen([sys.executable, "-m", "app"], env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until_healthy(base)
        yield process, base
    finally:
        process.kill()
        process.wait(timeout=10)


def wait_until_healthy(base):
    deadline = time.monotonic() + 10
    while True:
        try:
            get(f"{base}/health")
            return
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def get(url):
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.headers, response.read().decode()


def test_answers_what_the_pipeline_asks(service):
    _, base = service

    assert json.loads(get(f"{base}/api/status?verbose=1")[1])["status"] == "ok"
    assert json.loads(get(f"{base}/api/version")[1])["version"] == "v1.4.0"


def test_shows_its_metrics_to_prometheus(service):
    _, base = service
    get(f"{base}/")

    headers, text = get(f"{base}/metrics")

    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'http_requests_total{app="production-app",status="200",track="canary"} 1' in text


def test_stops_when_asked_to(service):
    process, _ = service

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=10) == 0
