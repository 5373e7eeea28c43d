"""What is said in the film about the northern lights, in two languages."""

from collections.abc import Sequence

LINE_S = 3.6
"""How long a line stands, in seconds."""
FIRST_LINE_S = 3.5
"""When the first line appears, in seconds: after the title."""

ENGLISH = (
    "The night has been clear since supper.",
    "First there is only a pale ribbon in the north,\nand someone says it is a cloud.",
    "Then the ribbon moves.",
    "It hangs over the lake like a curtain\nin front of an open window.",
    "Nobody talks. The dog looks at us,\nand then up, because we do.",
    "The water shows it all a second time.",
    "We stayed until our hands were cold.",
)
FRENCH = (
    "Depuis le dîner, la nuit est claire.",
    "D'abord, ce n'est qu'un ruban pâle au nord,\net quelqu'un dit : un nuage.",
    "Puis le ruban se met à bouger.",
    "Il pend au-dessus du lac comme un rideau\ndevant une fenêtre ouverte.",
    "Personne ne parle. Le chien nous regarde,\npuis lève la tête, puisque nous la levons.",
    "L'eau montre tout une seconde fois.",
    "Nous sommes restés jusqu'à avoir froid aux mains.",
)


def format_srt(lines: Sequence[str], seconds: float) -> str:
    """Return `lines` as SubRip text, one after the other, as far as a film of `seconds` has room for them."""
    first_s = min(FIRST_LINE_S, seconds / 4)
    cues = []
    for index, line in enumerate(lines):
        start_s = first_s + index * LINE_S
        stop_s = min(start_s + LINE_S - 0.2, seconds - 0.1)
        if stop_s > start_s:
            cues.append(f"{index + 1}\n{_clock(start_s)} --> {_clock(stop_s)}\n{line}\n")
    return "\n".join(cues)


def _clock(time_s: float) -> str:
    millis = round(time_s * 1000)
    return f"{millis // 3600000:02}:{millis // 60000 % 60:02}:{millis // 1000 % 60:02},{millis % 1000:03}"
