from pathlib import Path

import pytest

from tvapp import config
from tvapp.config import Settings, SettingsError


def test_defaults_without_anything():
    settings = config.load(environ={})
    assert settings == Settings()
    assert settings.port == 8080
    assert settings.vault == Path("~/Lanterne").expanduser()


@pytest.mark.parametrize("name", ["vault", "state", "passphrase_file", "ffmpeg"])
def test_a_path_may_begin_with_the_home_folder(name):
    settings = config.load(environ={f"LANTERNE_{name.upper()}": "~/there"})
    assert getattr(settings, name) == Path.home() / "there"


def test_options_over_environment_over_file(tmp_path):
    file = tmp_path / "lanterne.toml"
    file.write_text('port = 1\nname = "File"\nencoders = 7\n')
    environ = {"LANTERNE_CONFIG": str(file), "LANTERNE_PORT": "2", "LANTERNE_NAME": "Environment"}
    settings = config.load({"port": 3, "name": None}, environ)
    assert (settings.port, settings.name, settings.encoders) == (3, "Environment", 7)


def test_an_unknown_variable_names_the_nearest():
    with pytest.raises(SettingsError, match="LANTERNE_PORTT: unknown setting 'portt'; did you mean 'port'"):
        config.load(environ={"LANTERNE_PORTT": "1"})


def test_an_unknown_key_of_the_file_is_refused(tmp_path):
    file = tmp_path / "lanterne.toml"
    file.write_text("ports = 1\n")
    with pytest.raises(SettingsError, match="unknown setting 'ports'"):
        config.load(environ={"LANTERNE_CONFIG": str(file)})


@pytest.mark.parametrize(
    ("variable", "text", "complaint"),
    [
        ("LANTERNE_PORT", "eighty", "not a whole number"),
        ("LANTERNE_PORT", "65536", "not between 0 and 65535"),
        ("LANTERNE_DISCOVERY", "perhaps", "neither 'on' nor 'off'"),
        ("LANTERNE_THREADS", "0", "must be 1 or more"),
    ],
)
def test_a_wrong_value_says_which_and_why(variable, text, complaint):
    with pytest.raises(SettingsError, match=complaint):
        config.load(environ={variable: text})


@pytest.mark.parametrize(("text", "value"), [("off", False), ("ON", True), ("0", False), ("yes", True)])
def test_discovery_is_switched_by_words(text, value):
    assert config.load(environ={"LANTERNE_DISCOVERY": text}).discovery is value


def test_a_file_that_is_no_toml_is_named(tmp_path):
    file = tmp_path / "lanterne.toml"
    file.write_text("port =")
    with pytest.raises(SettingsError, match="not TOML"):
        config.load(environ={"LANTERNE_CONFIG": str(file)})


def test_lists_come_from_commas_and_from_toml(tmp_path):
    assert config.load(environ={"LANTERNE_ALLOWED_HOSTS": "a.example, b.example"}).allowed_hosts == (
        "a.example",
        "b.example",
    )
    file = tmp_path / "lanterne.toml"
    file.write_text('allowed_hosts = ["c.example"]\n')
    assert config.load(environ={"LANTERNE_CONFIG": str(file)}).allowed_hosts == ("c.example",)


def test_the_web_process_gets_the_same_settings():
    settings = Settings(vault=Path("/v"), passphrase_file=Path("/p"), allowed_hosts=("a.b",), discovery=False)
    assert config.settings_from_json(config.settings_as_json(settings)) == settings
