import pytest

from app.settings import Settings


def test_everything_has_a_default():
    assert Settings.from_environment({}) == Settings()


def test_reads_what_the_chart_sets():
    settings = Settings.from_environment(
        {"APP_VERSION": "v1.4.0", "TRACK": "canary", "PORT": "8080", "FAULT_RATE": "0.25"}
    )

    assert (settings.version, settings.track) == ("v1.4.0", "canary")
    assert (settings.port, settings.fault_rate) == (8080, 0.25)


@pytest.mark.parametrize(
    ("name", "text"), [("PORT", "http"), ("PORT", "70000"), ("FAULT_RATE", "2"), ("PORT", "nan")]
)
def test_names_the_variable_that_is_wrong(name, text):
    with pytest.raises(ValueError, match=name):
        Settings.from_environment({name: text})
