"""Settings come from options, then from the environment, then from defaults, and are checked."""

from dataclasses import fields
from pathlib import Path

import pytest

from emulator.settings import SettingError, Settings, variable_of


def test_defaults():
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.executor) == ("127.0.0.1", 4566, "process")


def test_an_option_wins_over_the_environment_and_none_is_no_option():
    environment = {"PARITY_PORT": "5000", "PARITY_HOST": "0.0.0.0", "PARITY_SERVICES": "yes"}
    settings = Settings.from_environment(environment, port=6000, host=None)
    assert (settings.port, settings.host, settings.services) == (6000, "0.0.0.0", True)


def test_every_setting_has_a_variable_and_a_sentence():
    for setting in fields(Settings):
        assert variable_of(setting.name) == setting.metadata["variable"] or f"PARITY_{setting.name.upper()}"
        assert setting.metadata["says"].endswith(".")


def test_values_are_read_as_what_they_are():
    settings = Settings.from_environment(
        {
            "PARITY_STATE": "some/folder",
            "PARITY_TIME_SCALE": "0.1",
            "PARITY_SETTLE_SECONDS": "0",
            "PARITY_COMPANION_ENDPOINT": "http://localhost:5000/",
            "BUCKET_MARKER_LOCAL": "local",
            "PARITY_ALLOW_RUNTIME_SUBSTITUTION": "0",
        }
    )
    assert settings.state == Path("some/folder")
    assert (settings.time_scale, settings.settle_seconds) == (0.1, 0.0)
    assert settings.companion_endpoint == "http://localhost:5000"
    assert settings.hot_reload_bucket == "local"
    assert settings.allow_runtime_substitution is False
    assert Settings.from_environment({"PARITY_FREEZE_AFTER_MS": "never"}).freeze_after_ms is None
    assert Settings.from_environment({"PARITY_FREEZE_AFTER_MS": "-1"}).freeze_after_ms is None
    assert Settings.from_environment({"PARITY_FREEZE_AFTER_MS": "20"}).freeze_after_ms == 20


def test_an_empty_variable_is_none():
    assert Settings.from_environment({"PARITY_PORT": ""}).port == 4566


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PARITY_PORT", "abc", "PARITY_PORT takes a whole number from 0 to 65535, not 'abc'"),
        ("PARITY_PORT", "70000", "PARITY_PORT takes a whole number from 0 to 65535, not '70000'"),
        ("PARITY_EXECUTOR", "vm", "PARITY_EXECUTOR takes one of process, docker, auto, not 'vm'"),
        ("PARITY_TIME_SCALE", "0", "PARITY_TIME_SCALE takes a number above 0, not '0'"),
        ("PARITY_TIME_SCALE", "nan", "PARITY_TIME_SCALE takes a number above 0, not 'nan'"),
        ("PARITY_FREEZE_AFTER_MS", "nan", "PARITY_FREEZE_AFTER_MS takes a number of milliseconds, or never, not 'nan'"),
        ("PARITY_SETTLE_SECONDS", "-1", "PARITY_SETTLE_SECONDS takes a number, 0 or more, not '-1'"),
        ("PARITY_SETTLE_SECONDS", "nan", "PARITY_SETTLE_SECONDS takes a number, 0 or more, not 'nan'"),
        ("PARITY_SERVICES", "maybe", "PARITY_SERVICES takes 1 or 0 (true, false, yes, no, on, off), not 'maybe'"),
        ("PARITY_ACCOUNT_ID", "123", "PARITY_ACCOUNT_ID takes 12 digits, not '123'"),
        (
            "PARITY_COMPANION_ENDPOINT",
            "localhost",
            "PARITY_COMPANION_ENDPOINT takes a URL that starts with http:// or https://, not 'localhost'",
        ),
        (
            "PARITY_FUNCTION_ENDPOINT_URL",
            "me",
            "PARITY_FUNCTION_ENDPOINT_URL takes self, or a URL that starts with http:// or https://, not 'me'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(variable, value, sentence):
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({variable: value})
    assert str(refused.value) == sentence


def test_an_option_is_named_as_an_option():
    with pytest.raises(SettingError, match=r"^--time-scale takes a number above 0, not '-2'$"):
        Settings.from_environment({}, time_scale=-2)


def test_what_is_no_setting_is_refused():
    with pytest.raises(SettingError, match="there is no setting called speed"):
        Settings.from_environment({}, speed=1)
