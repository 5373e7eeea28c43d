"""Rules of the house that a linter does not know."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("vault", "library", "transcoder", "discovery", "tvapp")
PROCESS_STARTERS = {
    "transcoder/process.py",
    "tvapp/processes.py",
    "tvapp/demo/encoder.py",  # runs in a child process of its own, without a key
}
# Build and test switches apart, the environment is read where settings are loaded and where a child's is made.
ENVIRONMENT_READERS = {"tvapp/config.py", "transcoder/process.py"}

# The photo helper is a child process that must stay small: the front door would load all of its package.
SIDE_DOORS = {"library/photo_helper.py": {"transcoder.helper_child"}}

# They decode hostile bytes, so only helper processes, which hold no key, may load them.
DECODERS = {"av", "PIL", "pillow_heif"}

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def attributes_of(tree: ast.Module, module: str) -> set[str]:
    """The names of `module` that a module uses: `module.x` and `from module import x`."""
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            used |= {alias.name for alias in node.names}
    return used


def test_one_module_per_package_starts_processes():
    starters = {"Popen", "run", "check_output", "check_call", "call", "getoutput"}
    found = {relative(path) for path in MODULES if attributes_of(tree_of(path), "subprocess") & starters}
    found |= {
        relative(path)
        for path in MODULES
        if attributes_of(tree_of(path), "os") & {"fork", "system", "popen", "posix_spawn", "execv", "execvp"}
    }
    assert found <= PROCESS_STARTERS


def test_the_environment_is_read_in_one_place():
    readers = {
        relative(path) for path in MODULES if attributes_of(tree_of(path), "os") & {"environ", "getenv"}
    }
    assert readers <= ENVIRONMENT_READERS


def loaded_by(path: Path) -> set[str]:
    """The modules that are loaded with a module; what stands under `if TYPE_CHECKING` is not."""
    loaded = set()
    for node in tree_of(path).body:
        if isinstance(node, ast.Import):
            loaded |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            loaded |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return loaded


def test_the_web_process_loads_no_decoder():
    """Everything that is loaded with it, by way of whatever: no module of it may load one."""
    paths = {
        relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for path in MODULES
    }
    waiting = [name for name in paths if name.startswith("tvapp") and not name.startswith("tvapp.demo")]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            loaded = loaded_by(paths[name])
            assert not {module.partition(".")[0] for module in loaded} & DECODERS, name
            waiting += loaded & set(paths)
    assert {"transcoder.probe", "library.previews", "vault"} <= seen


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_entered_by_its_front_door(package):
    trespassers = []
    for path in MODULES:
        if relative(path).startswith(f"{package}/"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
                if node.module in SIDE_DOORS.get(relative(path), ()):
                    continue
                trespassers.append(f"{relative(path)}: {node.module}")
            if isinstance(node, ast.Import):
                trespassers += [
                    f"{relative(path)}: {alias.name}"
                    for alias in node.names
                    if alias.name.startswith(f"{package}.")
                ]
    assert trespassers == []


def test_no_module_grows_into_two():
    assert {relative(path): n for path in MODULES if (n := len(path.read_text().splitlines())) > 320} == {}


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                # A blueprint is a list of small views: they are measured one by one.
                if length > 80 and not node.name.endswith("_blueprint"):
                    long[f"{relative(path)}:{node.name}"] = length
    assert long == {}


def test_no_room_is_named_after_nothing():
    nothing = {"utils", "util", "helpers", "common", "misc", "tools"}
    assert [relative(path) for path in MODULES if path.stem in nothing or path.parent.name in nothing] == []
