"""Settings, read once: defaults < TOML file < environment < command line.

The passphrase is never a setting: only the file that holds it may be named.
"""

import dataclasses
import difflib
import json
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

PREFIX = "LANTERNE_"
CONFIG_VARIABLE = "LANTERNE_CONFIG"
# Variables of the same prefix that are read by the build or by the tests.
NOT_SETTINGS = frozenset({CONFIG_VARIABLE, "LANTERNE_SKIP_WEB", "LANTERNE_TEST_SHARED"})

# systemd names the folder of a service's credentials in it.
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
_SECRET_PLACES = (Path("/run/secrets"), Path("/run/credentials"))

GRACE_S = 3  # how long a request that is under way may last when the server stops

_TRUE = frozenset({"on", "true", "yes", "1"})
_FALSE = frozenset({"off", "false", "no", "0"})


class SettingsError(Exception):
    """A setting is unknown or its value cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, its unit in its name, its meaning in its annotation."""

    vault: Annotated[
        Path | str, "Folder of the encrypted vault, or its address such as s3://bucket/vault"
    ] = Path("~/Lanterne")
    state: Annotated[
        Path, "Folder of the encrypted index, artwork and watch positions, and of the paired devices"
    ] = Path("~/.local/state/lanterne")
    passphrase_file: Annotated[
        Path | None, "File whose first line is the passphrase: a Docker secret, a systemd credential"
    ] = None
    host: Annotated[str, "Address to listen on"] = "0.0.0.0"  # noqa: S104 - the TVs of the LAN are the clients
    port: Annotated[int, "TCP port to listen on; 0 takes any free one"] = 8080
    discovery: Annotated[bool, "Say on the LAN that the server is here; off sends not a packet"] = True
    name: Annotated[str, "The name that screens and players show"] = "Home Box"
    allowed_hosts: Annotated[
        tuple[str, ...], "Further names that browsers may call the server by, beside addresses and .local"
    ] = ()
    ffmpeg: Annotated[Path | None, "The ffmpeg to use instead of the one found by itself"] = None
    encoders: Annotated[
        int, "Films that may be converted at the same time; 0 is one more than the machine has cores"
    ] = 0
    hardware: Annotated[
        bool, "Let a graphics card or video chip convert films, where one is found to work"
    ] = True
    segment_cache_mib: Annotated[int, "Memory for converted segments, in MiB"] = 256
    threads: Annotated[int, "Requests served at the same time"] = 64
    scrub_days: Annotated[
        int, "Days within which every file is read whole while nobody is there, to find damage; 0 is never"
    ] = 30
    lock_after_min: Annotated[
        int, "Minutes without a request, a stream or a scan after which the vault locks itself; 0 is never"
    ] = 0

    def __post_init__(self) -> None:
        """Check what a type cannot say, and spell the paths out."""
        for name in ("vault", "state", "passphrase_file", "ffmpeg"):
            if isinstance(path := getattr(self, name), Path):
                object.__setattr__(self, name, path.expanduser())
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"port: {self.port} is not between 0 and 65535")
        for name in ("segment_cache_mib", "threads"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}: must be 1 or more")
        for name in ("encoders", "lock_after_min", "scrub_days"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name}: must be 0 or more")

    @property
    def encoder_limit(self) -> int:
        """How many films may be converted at the same time: encoders that are ahead pause, so one more fits."""
        return self.encoders or (os.cpu_count() or 1) + 1


FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
_HINTS = typing.get_type_hints(Settings)


def load(options: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force.

    Args:
        options: Values from the command line; a value of None was not given.
        environ: The environment; the process's own by default.

    Raises:
        SettingsError: A key nobody knows, or a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    config = environ.get(CONFIG_VARIABLE)
    if config:
        values |= _from_toml(Path(config))
    values |= _from_environ(environ)
    if "passphrase_file" in values:
        values["passphrase_file"] = _with_credentials(values["passphrase_file"], environ)
    values |= {name: value for name, value in (options or {}).items() if value is not None}
    return Settings(**values)


def secret_places(environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Return the folders where the system itself keeps secrets for a service, and away from others."""
    environ = os.environ if environ is None else environ
    credentials = environ.get(CREDENTIALS_VARIABLE)
    return (*_SECRET_PLACES, Path(credentials).resolve()) if credentials else _SECRET_PLACES


def _with_credentials(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Spell `$CREDENTIALS_DIRECTORY/...` out: units and TOML files cannot know where that is."""
    spellings = {(f"${CREDENTIALS_VARIABLE}",), (f"${{{CREDENTIALS_VARIABLE}}}",)}
    if path is None or path.parts[:1] not in spellings:
        return path
    credentials = environ.get(CREDENTIALS_VARIABLE)
    if not credentials:
        raise SettingsError(f"passphrase_file: {path}: there is no {CREDENTIALS_VARIABLE}")
    return Path(credentials, *path.parts[1:])


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    where = str(path)
    return {_known(name, where): _convert(name, value, where) for name, value in table.items()}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name = _known(variable.removeprefix(PREFIX).lower(), variable)
        values[name] = _convert(name, text, variable)
    return values


def _known(name: str, where: str) -> str:
    if name in FIELDS:
        return name
    near = difflib.get_close_matches(name, FIELDS, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise SettingsError(f"{where}: unknown setting '{name}'{hint}")


def _convert(name: str, value: object, where: str) -> Any:  # noqa: ANN401 - as many types as settings
    """Return `value`, text or TOML, as the type of the setting `name`."""
    kind = _HINTS[name]
    if kind is bool:
        return _boolean(value, name, where)
    if kind is int:
        return _integer(value, name, where)
    if kind is str and isinstance(value, str):
        return value
    if kind == Path | str and isinstance(value, str) and value:
        return location(value)
    if kind == tuple[str, ...]:
        return _strings(value, name, where)
    if isinstance(value, str) and value:
        return Path(value)
    if value == "":
        return FIELDS[name].default
    raise SettingsError(f"{where}: {name}: {value!r} is not text")


def location(text: str) -> Path | str:
    """Return where a vault lies: an address as it is, anything else as a path."""
    return text if "://" in text else Path(text)


def _boolean(value: object, name: str, where: str) -> bool:
    word = str(value).lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise SettingsError(f"{where}: {name}: {value!r} is neither 'on' nor 'off'")


def _integer(value: object, name: str, where: str) -> int:
    if isinstance(value, int | str) and not isinstance(value, bool):
        try:
            return int(value)
        except ValueError:
            pass
    raise SettingsError(f"{where}: {name}: {value!r} is not a whole number")


def _strings(value: object, name: str, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise SettingsError(f"{where}: {name}: {value!r} is not a list of names")


def settings_as_json(settings: Settings) -> str:
    """Return the settings as text for another process of ours."""
    return json.dumps(dataclasses.asdict(settings), default=str)


def settings_from_json(text: str) -> Settings:
    """Return the settings that `settings_as_json` wrote down."""
    values = json.loads(text)
    return Settings(**{name: _convert(name, v, "settings") for name, v in values.items() if v is not None})
