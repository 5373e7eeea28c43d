"""The hook that builds the TV page into the wheel: what it decides, without running npm."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def static(tmp_path, hook):
    """A front-end whose build is newer than its sources."""
    for name in hook.SETUP:
        (tmp_path / name).write_text("", encoding="utf-8")
    for folder in hook.SOURCES:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "source.ts").write_text("", encoding="utf-8")
    page = tmp_path / hook.PAGE
    page.parent.mkdir(parents=True)
    page.write_text("", encoding="utf-8")
    for path in tmp_path.rglob("*"):
        os.utime(path, (1000, 1000))
    os.utime(page, (2000, 2000))
    return tmp_path


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0\n", True),
        ("18.0.0", False),
        ("", False),
    ],
)
def test_knows_which_node_vite_runs_on(hook, version, good):
    assert hook.vite_runs_on(version) is good


def test_a_build_newer_than_its_sources_is_kept(hook, static):
    assert hook.is_fresh(static)


@pytest.mark.parametrize("changed", ["tv/source.ts", "shared/source.ts", "package-lock.json", "build.mjs"])
def test_a_changed_source_asks_for_a_new_build(hook, static, changed):
    os.utime(static / changed, (3000, 3000))
    assert not hook.is_fresh(static)


def test_no_page_asks_for_a_build(hook, static):
    (static / hook.PAGE).unlink()
    assert not hook.is_fresh(static)


def test_without_any_node_it_says_what_to_do(hook, static, monkeypatch):
    monkeypatch.setenv("PATH", str(static))
    monkeypatch.setattr(hook, "find_spec", lambda _name: None)
    with pytest.raises(hook.WebBuildError, match="LANTERNE_SKIP_WEB=1"):
        hook.build_web(static)


def test_a_failing_npm_is_told_with_its_own_words(hook, static):
    failing = static / "npm"
    failing.write_text("#!/bin/sh\necho 'registry unreachable'\nexit 1\n", encoding="utf-8")
    failing.chmod(0o755)
    toolchain = hook.Toolchain(static / "node", (str(failing),))
    with pytest.raises(hook.WebBuildError, match="npm ci failed:\nregistry unreachable"):
        toolchain.run("ci", directory=static)


def test_everything_the_wheel_needs_is_asked_of_the_sources(hook):
    for name in hook.SETUP:
        assert (ROOT / "static" / name).is_file()
    for folder in hook.SOURCES:
        assert (ROOT / "static" / folder).is_dir()
