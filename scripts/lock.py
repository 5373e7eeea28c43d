"""Resolve the dependencies of pyproject.toml into hash-locked requirement files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.txt": ["pyproject.toml"],
    "requirements-build.txt": ["--group", "build"],
    # The same versions as at run time.
    "requirements-dev.txt": [
        "pyproject.toml",
        "--all-extras",
        "--group",
        "dev",
        "--constraint",
        "requirements.txt",
    ],
}

for name, sources in LOCKS.items():
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", *sources),
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet"),
        *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
        *("--output-file", name),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
