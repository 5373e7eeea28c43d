"""The container's health check, run as the engine runs it, against a server as small as can be."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def health_check():
    text = (PROJECT / "Dockerfile").read_text()
    command = re.search(r"^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", text, re.MULTILINE)
    assert command
    program, *arguments = json.loads(command[1])
    assert program == "python"
    return [sys.executable, *arguments]


class Answering(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        ok = self.path == "/healthz" and self.headers["Host"] == "127.0.0.1"
        self.send_response(self.status if ok else 404)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    class Handler(Answering):
        pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield running, Handler
        running.shutdown()
        thread.join()


def check(**environment):
    keeping = {key: value for key, value in os.environ.items() if not key.startswith("LANTERNE_")}
    done = subprocess.run(
        health_check(), env=keeping | environment, capture_output=True, timeout=20, check=False
    )
    return done.returncode


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_server_that_answers_is_healthy(server, host):
    port = str(server[0].server_port)
    # A proxy in the environment, as companies have, must not be asked.
    assert check(LANTERNE_HOST=host, LANTERNE_PORT=port, http_proxy="http://127.0.0.1:9") == 0


def test_a_server_in_trouble_is_not(server):
    server[1].status = 503
    assert check(LANTERNE_PORT=str(server[0].server_port)) == 1


def test_a_server_that_is_gone_is_not():
    assert check(LANTERNE_PORT="1") == 1


def test_the_build_is_shown_nothing_but_what_the_wheel_is_made_of():
    first, *allowed = [
        line
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    for name in (".git", ".venv", "passphrase", "tests"):
        assert not any(line.startswith(f"!{name}") for line in allowed)


def test_what_the_pages_say_can_be_built_can_be():
    told = (PROJECT / "docs/docker.md").read_text() + (PROJECT / "compose.yaml").read_text()
    arguments = set(re.findall(r"--build-arg (\w+)=", told))
    assert {"FFMPEG", "FONTS"} <= arguments
    assert arguments <= set(re.findall(r"^ARG (\w+)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE))
