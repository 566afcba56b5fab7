import pytest

from app.faults import Faults


@pytest.mark.parametrize(("rate", "expected"), [(0, 0), (0.1, 10), (0.25, 25), (1, 100)])
def test_fails_the_given_share(rate, expected):
    faults = Faults(rate)

    assert sum(faults.is_due() for _ in range(100)) == pytest.approx(expected, abs=1)
