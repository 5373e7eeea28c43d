"""A launcher that does nothing but start the sidecar as a real one would; a test kills it."""

import subprocess
import sys
import threading
import uuid

from discovery import Advertisement, sidecar_command

sidecar = subprocess.Popen(sidecar_command(), stdin=subprocess.PIPE)
assert sidecar.stdin
sidecar.stdin.write(Advertisement(port=8080, install_id=uuid.uuid4()).format())
sidecar.stdin.flush()
threading.Event().wait()
sys.exit("unreachable: this program is killed")
