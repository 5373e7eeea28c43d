"""A player that knows nothing of us plays our streams: GStreamer, whose HLS demuxers are those of many TVs."""

import itertools
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import FILM_S
from tests.lanterne import PASSPHRASE

pytestmark = pytest.mark.players

# What its sinks log of each picture and each piece of sound.
_SHOWN = re.compile(r"chain_unlocked:<(pictures|sound)> got times start: (\d+):(\d+):([\d.]+)")
_TIMEOUT_S = 120
_FRAME_S = 0.04
_GOP_S = 2
_FAR_S = 5
MIDDLE_S = FILM_S // 2


@pytest.fixture
def token(server, household) -> str:
    """A device's, after the vault was unlocked."""
    token = household.place.run("devices", "add", "TV", "--role", "owner").stdout.strip()
    server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
    return token


def address_of(server, token: str, title: str, profile: str) -> str:
    items = server.json("/api/v1/items?kind=video", token)["items"]
    item_id = next(item["id"] for item in items if item["title"] == title)
    detail = server.json(f"/api/v1/items/{item_id}?profile={profile}", token)
    return server.address.rstrip("/") + detail["playback"]["hls"]


def play(address: str, player: str, start_s: int, log: Path) -> dict[str, list[float]]:
    """Play to the end, as fast as it comes. Return when pictures and sound were shown; the film begins at 0 s."""
    done = subprocess.run(
        ["gst-play-1.0", "--no-interactive", *player.split(), f"--start-position={start_s}",
         "--videosink=fakesink name=pictures sync=false", "--audiosink=fakesink name=sound sync=false", address],
        env=os.environ | {"GST_DEBUG": "basesink:5", "GST_DEBUG_NO_COLOR": "1", "GST_DEBUG_FILE": str(log)},
        capture_output=True, text=True, timeout=_TIMEOUT_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout + done.stderr
    assert "Reached end of play list" in done.stdout
    shown: dict[str, list[float]] = {"pictures": [], "sound": []}
    for track, hours, minutes, seconds in _SHOWN.findall(log.read_text()):
        shown[track].append(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
    end_s = shown["pictures"][-1] + _FRAME_S
    return {track: [time_s - (end_s - FILM_S) for time_s in times] for track, times in shown.items()}


@pytest.mark.parametrize(
    ("profile", "player"),
    [
        ("legacy", ""),
        ("webos", ""),
        ("webos", "--use-playbin3"),
        ("baseline", "--use-playbin3"),
        ("safari", "--use-playbin3"),
    ],
)
@pytest.mark.parametrize("title", ["Apfelbaum im Wind", "Birnbaum im Schnee"])
def test_it_plays_whole_and_from_the_middle(server, token, tmp_path, title, profile, player):
    address = address_of(server, token, title, profile)
    whole = play(address, player, 0, tmp_path / "whole.log")
    assert len(whole["pictures"]) == FILM_S / _FRAME_S
    for track, most_s in (("pictures", _FRAME_S), ("sound", 0.034)):
        times = whole[track]
        assert times[0] == pytest.approx(0, abs=_FRAME_S)
        assert times[-1] == pytest.approx(FILM_S, abs=2 * _FRAME_S)
        assert all(0 < after - before < most_s + 0.001 for before, after in itertools.pairwise(times))

    later = play(address, player, MIDDLE_S, tmp_path / "later.log")
    for times in later.values():
        # It may begin at the beginning, and jumps.
        jumps = [after for before, after in itertools.pairwise(times) if after - before > _FAR_S]
        assert MIDDLE_S - _GOP_S - 0.1 < [times[0], *jumps][-1] < MIDDLE_S + 0.1
        assert times[-1] == pytest.approx(FILM_S, abs=2 * _FRAME_S)
