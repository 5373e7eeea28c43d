"""The densest part of a file, from where its keyframes lie."""

from transcoder.bitrates import peak_bitrate


def test_the_peak_is_that_of_two_seconds_or_more():
    keys = [(0.0, 100), (1.0, 1_000_000), (2.0, 1_000_100), (4.0, 1_250_100), (6.0, 1_260_000)]
    assert peak_bitrate(keys, 8.0, 1_270_000) == 4_000_000  # the burst of the first second counts over two


def test_what_is_not_known_is_not_made_up():
    assert peak_bitrate([], 8.0, 1000) is None
    assert peak_bitrate([(0.0, 0)], 1.0, 1000) is None
    assert peak_bitrate([(0.0, 5000)], 8.0, 1000) is None
