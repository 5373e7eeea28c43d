"""What computers leave in folders and nobody means to keep."""

# In lower case; what begins with a dot is hidden anyway.
_NAMES = {
    "thumbs.db",  # Windows
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "$recycle.bin",
    "system volume information",
    "icon\r",  # macOS: the picture of a folder
    "@eadir",  # Synology
    "#recycle",
    "#snapshot",
    "@recycle",  # QNAP
    "@recently-snapshot",
    "lost+found",  # ext4
}


def is_left_out(name: str) -> bool:
    """Tell whether a file or folder of this name is hidden, or made by a system for itself."""
    return name.startswith(".") or name.lower() in _NAMES
