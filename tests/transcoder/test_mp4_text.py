"""Text of mp4 films by their sample tables: the same as out of the whole film."""

import pytest

from tests.transcoder.conftest import H264
from transcoder import SubtitleHelper

SRT = "".join(f"{n + 1}\n00:00:0{n},100 --> 00:00:0{n},900\nLine {n}\n\n" for n in range(9))


@pytest.fixture
def film(clips):
    """Make an mp4 film with text."""

    def make(name, *options):
        clips.make("seen.mp4", *H264)
        (clips._folder / "said.srt").write_text(SRT)
        before = options if options[:1] == ("-itsoffset",) else ()
        after = () if before else options
        said = (*before, "-i", str(clips._folder / "said.srt"))
        added = (*said, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text")
        return clips.remake(name, "seen.mp4", *added, *after)

    return make


def texts_of(film, media_server, name, *options):
    """A film's text by its index, and out of all of it."""
    url = media_server.offer(name, film(name, *options))
    with SubtitleHelper() as helper:
        return helper.indexed_tracks(url, [2]), helper.tracks(url, [2])


@pytest.mark.ffmpeg
@pytest.mark.parametrize(
    "options",
    [(), ("-movflags", "+faststart"), ("-output_ts_offset", "50"), ("-itsoffset", "1.5")],
    ids=["plain", "faststart", "later", "shifted"],
)
def test_the_tables_give_what_the_whole_film_gives(film, media_server, options):
    indexed, whole = texts_of(film, media_server, f"{'-'.join(options) or 'plain'}.mp4", *options)
    assert indexed == whole
    assert indexed[0].webvtt.count(b"-->") > 3


@pytest.mark.ffmpeg
def test_a_film_of_fragments_has_no_such_tables(film, media_server):
    indexed, whole = texts_of(film, media_server, "frag.mp4", "-movflags", "frag_keyframe+empty_moov")
    assert indexed is None
    assert whole[0].webvtt.count(b"-->") == 9
