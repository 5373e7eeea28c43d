"""Links of the vault: which of them may be made on a disk without leading out of the folder they are made in."""


def stays_inside(target: str, depth: int) -> bool:
    """Tell whether a link leads to a place inside the folder that an export goes to, whatever lies there.

    Up is allowed at the beginning only, where it is counted from the real folder of the link: after the name of
    another link, "up" would start from wherever that one leads to.

    Args:
        target: Where the link points to.
        depth: How many folders the link lies below the folder that the export goes to.
    """
    if not target or target.startswith("/") or "\0" in target:
        return False
    parts = [part for part in target.split("/") if part not in {"", "."}]
    up_count = 0
    while up_count < len(parts) and parts[up_count] == "..":
        up_count += 1
    return up_count <= depth and ".." not in parts[up_count:]
