from app.metrics import RequestCounter


def test_is_empty_before_the_first_request():
    text = RequestCounter({"app": "shop"}).render()

    assert [line for line in text.splitlines() if not line.startswith("#")] == []


def test_counts_by_status():
    counter = RequestCounter({"app": "shop", "track": "canary"})
    for status in (200, 200, 500):
        counter.count(status)

    lines = counter.render().splitlines()

    assert 'http_requests_total{app="shop",status="200",track="canary"} 2' in lines
    assert 'http_requests_total{app="shop",status="500",track="canary"} 1' in lines


def test_escapes_label_values():
    counter = RequestCounter({"app": 'a"b\\c\nd'})
    counter.count(200)

    assert 'app="a\\"b\\\\c\\nd"' in counter.render()
