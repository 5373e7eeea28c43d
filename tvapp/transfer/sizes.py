"""Sizes in bytes, as people read them."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000  # the units of disk makers and of progress bars


def human_size(size: float) -> str:
    """Return a size in bytes with three figures and a unit: "98.3 kB"."""
    value, unit = float(size), 0
    while unit + 1 < len(_UNITS) and round(value, 1 if unit else 0) >= _STEP:
        value /= _STEP
        unit += 1
    return f"{value:.0f} {_UNITS[0]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"
