"""Text subtitles between formats, without any program."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.subtitle_charsets import decoded
from transcoder.subtitle_text import Event, closed, fields_of, format_script, format_webvtt, text_of

PLAIN = "0,0,Default,,0,0,0,,"
SHORT_HEADER = "[Script Info]\r\nTitle: x\r\n[Events]\r\nFormat: Layer, Start, End, Style, Text\r\n"


def webvtt(*texts: str) -> str:
    return format_webvtt("", [Event(at + 1.0, at + 1.5, PLAIN + text) for at, text in enumerate(texts)])


def shown(text: str) -> str:
    """Return what a cue with this ASS text says."""
    cues = webvtt(text).split("\n\n")[1:]
    return cues[0].split("\n", 1)[1].rstrip("\n") if cues else ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hello, you", "Hello, you"),
        (r"one\Ntwo\nthree", "one\ntwo\nthree"),
        (r"a\N\N\Nb", "a\nb"),
        (r"far\hout", "far\N{NO-BREAK SPACE}out"),
        (r"{\i1}it{\i0} not", "<i>it</i> not"),
        (r"{\b1}{\i1}both{\b0}one{\i0}", "<b><i>both</i></b><i>one</i>"),
        (r"{\b700}heavy{\b0} {\u1}under", "<b>heavy</b> <u>under</u>"),
        (r"{\i1}on{\r} off", "<i>on</i> off"),
        (r"{\i1\c&HFF00FF&\fs30}styled", "<i>styled</i>"),
        (r"{\be1}{\bord2}{\blur3}no mark", "no mark"),
        (r"{\p1}m 0 0 l 9 9{\p0}after", "after"),
        ("a --> b & <c>", "a --&gt; b &amp; &lt;c&gt;"),
        ("{\\i1}{\\i0}", ""),
        ("\x00\x07bell", "bell"),
    ],
)
def test_marks_become_webvtts(text, wanted):
    assert shown(text) == wanted


def test_what_stands_on_top_stays_there():
    text = format_webvtt("", [Event(1, 2, PLAIN + r"{\an8}top"), Event(2, 3, PLAIN + r"{\an2}bottom")])
    assert "00:00:01.000 --> 00:00:02.000 line:5%\ntop" in text
    assert "00:00:02.000 --> 00:00:03.000\nbottom" in text


def test_layers_of_one_line_are_one_cue():
    line = PLAIN + "shadow"
    assert format_webvtt("", [Event(1, 2, line), Event(1, 2, line), Event(2, 3, line)]).count("shadow") == 2


def test_cues_are_in_order_and_begin_with_the_film():
    events = [Event(5, 6, PLAIN + "late"), Event(-2, 1, PLAIN + "begun"), Event(-5, -1, PLAIN + "before")]
    text = format_webvtt("", events)
    assert "before" not in text
    assert text.index("begun") < text.index("late")
    assert "00:00:00.000 --> 00:00:01.000" in text


def test_times_beyond_an_hour():
    assert "01:01:01.250 --> 123:00:00.000" in format_webvtt("", [Event(3661.25, 123 * 3600, PLAIN + "x")])


def test_fields_are_those_that_the_script_names():
    fields = fields_of(SHORT_HEADER)
    assert fields == ["layer", "start", "end", "style", "text"]
    assert text_of("7,0,Default,a, b", fields) == "a, b"
    script = format_script(SHORT_HEADER, [Event(1.5, 62, "7,3,Fancy,a, b")])
    assert script.endswith("Dialogue: 3,0:00:01.50,0:01:02.00,Fancy,a, b\n")
    assert script.startswith("[Script Info]\nTitle: x\n")


def test_a_script_without_styles_gets_plain_ones():
    script = format_script("", [Event(1, 2, PLAIN + "hi")])
    assert "Style: Default" in script
    assert script.endswith("Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,hi\n")


def test_what_has_no_end_is_shown_until_the_next():
    events = [Event(1, 1, "a"), Event(4, 4, "b"), Event(50, 50, "c"), Event(52, 53, "d")]
    wanted = [(1, 4), (4, 14), (50, 52), (52, 53)]
    assert [(one.start_s, one.end_s) for one in closed(events, 10.0)] == wanted
    assert closed([], 10.0) == []
    assert closed([Event(3, 3, "x")], 10.0) == [Event(3, 13, "x")]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_makes_a_file_whose_cues_are_whole(texts):
    file = webvtt(*texts)
    blocks = file.rstrip("\n").split("\n\n")
    assert blocks[0].strip() == "WEBVTT"
    for block in blocks[1:]:
        timing, *lines = block.strip("\n").split("\n")
        assert re.fullmatch(r"[0-9:.]+ --> [0-9:.]+( line:\d+%)?", timing)
        assert lines
        assert "-->" not in "".join(lines)
        opened = []
        for closing, mark in re.findall(r"<(/?)([biu])>", "\n".join(lines)):
            assert not closing or opened.pop() == mark
            opened += [] if closing else [mark]
        assert opened == []


FRENCH = (
    "1\n00:00:01,000 --> 00:00:02,000\nOù étiez-vous ? Je n'ai rien vu. C'était l'été dernier, très chaud.\n"
)
RUSSIAN = "1\n00:00:01,000 --> 00:00:02,000\nГде ты был вчера вечером? Я ничего не видел, клянусь тебе.\n"
CHINESE = "1\n00:00:01,000 --> 00:00:02,000\n你昨天晚上在哪里？我什么都没看见，我发誓。\n"
TAIWAN = "1\n00:00:01,000 --> 00:00:02,000\n你昨天晚上在哪裡？我什麼都沒看見，我發誓。那是很久以前的事了。\n"
JAPANESE = "1\n00:00:01,000 --> 00:00:02,000\n昨日の夜、どこにいましたか？私は何も見ていません、誓います。\n"
KOREAN = "1\n00:00:01,000 --> 00:00:02,000\n어젯밤에 어디 있었어요? 나는 아무것도 보지 못했어요.\n"
POLISH = (
    "1\n00:00:01,000 --> 00:00:02,000\nGdzie byłeś wczoraj? Niczego nie widziałem, przysięgam. Żółć, gęślą.\n"
)
GREEK = "1\n00:00:01,000 --> 00:00:02,000\nΠού ήσουν χθες το βράδυ; Δεν είδα τίποτα, στο ορκίζομαι.\n"
HUNGARIAN = "1\n00:00:01,000 --> 00:00:02,000\nÁrvíztűrő tükörfúrógép. Hol voltál tegnap este? Ő nem jött.\n"
SPANISH = "1\n00:00:01,000 --> 00:00:02,000\n¿Dónde estabas anoche? No vi nada, te lo juro. ¡Mañana!\n"
TURKISH = "1\n00:00:01,000 --> 00:00:02,000\nDün gece neredeydin? Hiçbir şey görmedim, yemin ederim.\n"


@pytest.mark.parametrize("times", [1, 8])
@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gbk"),
        (TAIWAN, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (POLISH, "cp1250"),
        (GREEK, "cp1253"),
        (TURKISH, "cp1254"),
        (HUNGARIAN, "cp1250"),
        (SPANISH, "cp1252"),
    ],
)
def test_character_sets_are_guessed(text, charset, times):
    assert decoded((text * times).encode(charset)) == text * times


@pytest.mark.parametrize(
    ("text", "charset", "language"),
    [
        (TURKISH, "cp1254", "tur"),
        (RUSSIAN, "koi8_r", "rus"),
        (FRENCH, "cp1252", "fre"),
        (TAIWAN, "big5", "chi"),
    ],
)
def test_the_language_in_the_name_helps(text, charset, language):
    assert decoded(text.encode(charset), language) == text


def test_a_wrong_language_does_no_harm():
    assert decoded(RUSSIAN.encode(), "tur") == RUSSIAN
    assert decoded(JAPANESE.encode("shift_jis"), "jpn") == JAPANESE


@given(st.binary(max_size=400), st.sampled_from([None, "rus", "jpn", "chi", "tha", "xxx"]))
def test_any_bytes_are_some_text(data, language):
    assert isinstance(decoded(data, language), str)


def test_events_are_not_changed():
    event = Event(1, 2, PLAIN + "x")
    assert closed([event], 10.0) == [replace(event)]
