import json

import pytest

from app.server import Service
from app.settings import Settings


def answer(path, **settings):
    status, _, body = Service(Settings(**settings)).answer(path)
    return status, json.loads(body)


def test_is_healthy_even_when_requests_fail():
    assert answer("/health", fault_rate=1) == (200, {"status": "ok"})


def test_tells_its_version():
    assert answer("/api/version", version="v1.4.0", revision="abc") == (
        200,
        {"version": "v1.4.0", "revision": "abc"},
    )


def test_tells_how_long_it_runs():
    clock = iter([100.0, 107.5])
    service = Service(Settings(environment="staging"), now=lambda: next(clock))

    assert json.loads(service.answer("/api/status")[2]) == {
        "status": "ok",
        "environment": "staging",
        "track": "stable",
        "uptime_seconds": 7.5,
    }


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404)])
def test_answers_other_paths(path, status):
    assert answer(path)[0] == status


def test_fails_when_told_to():
    assert answer("/", fault_rate=1)[0] == 500


def test_counts_traffic_but_not_the_questions_of_the_cluster():
    service = Service(Settings(app_name="shop", track="canary"))
    for path in ("/health", "/metrics", "/", "/api/version", "/nowhere"):
        service.answer(path)

    counts = [line for line in service.answer("/metrics")[2].splitlines() if line[0] != "#"]

    assert counts == [
        'http_requests_total{app="shop",status="200",track="canary"} 2',
        'http_requests_total{app="shop",status="404",track="canary"} 1',
    ]
