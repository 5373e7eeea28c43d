"""Resolve the dependencies of pyproject.toml into the two hash-locked requirement files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.txt": [],
    "requirements-dev.txt": ["--group", "dev", "--constraint", "requirements.txt"],  # the same versions
}

for name, groups in LOCKS.items():
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *groups),
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet"),
        *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
        *("--output-file", name),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
