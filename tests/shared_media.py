"""Where the shared test material lies: sample vaults, literal vectors, real camera files.

Tests use what is there and skip what is not; nothing of it is copied into the project. `LANTERNE_TEST_SHARED`
names another folder of the same layout.
"""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("LANTERNE_TEST_SHARED", Path(__file__).resolve().parents[2] / "shared"))
VECTORS = SHARED / "vectors" / "vault"
MEDIA = SHARED / "media"

needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no sample vaults in {VECTORS}")
needs_media = pytest.mark.skipif(not MEDIA.is_dir(), reason=f"no camera files in {MEDIA}")
