"""Subtitle files beside a film: found in the index, by their names."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

import apsw

from library.database import Database
from library.folding import fold
from library.subtitle_names import CODECS, FOLDERS, SubtitleName, belongs, describe

MAX_FILES = 100  # of one film
_INDEX, _PICTURES = ".idx", ".sub"  # of a pair; without an index beside it, .sub is MicroDVD's text


@dataclass(frozen=True, slots=True)
class SubtitleFile:
    """A file with subtitles of a film; where they are pictures, they are in a second one."""

    item_id: str
    name: SubtitleName
    pictures_id: str | None = None


class _Found(NamedTuple):
    item_id: str
    name: str
    pictures_id: str | None


class SubtitleFiles:
    """Finds what lies beside films.

    Args:
        database: The index's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def beside(self, film_id: str) -> list[SubtitleFile]:
        """Return the subtitle files of a film, by name; none when there is no such item."""
        with self._database.reading() as connection:
            film = connection.execute(
                "SELECT parent_id, name FROM items WHERE item_id = ?", (film_id,)
            ).fetchone()
            if film is None or film[0] is None:
                return []
            folder_id, film_name = film
            films = [name for _, name in _children(connection, folder_id, "video")]
            found = _own(_files(connection, folder_id), film_name, films)
            for subfolder_id in _subtitle_folders(connection, folder_id):
                files = _files(connection, subfolder_id)
                own = _own(files, film_name, films)
                # Where there is only one film, all that is there is of that film.
                found += own or (_all(files) if len(films) == 1 else [])
                for inner_id in _folders_of(connection, subfolder_id, film_name):
                    found += _all(_files(connection, inner_id))
        return found[:MAX_FILES]


def _files(connection: apsw.Connection, folder_id: str) -> list[_Found]:
    """Return the subtitle files in a folder."""
    rows = _children(connection, folder_id, "other")
    stems = {_stem(name) for _, name in rows if _suffix(name) == _INDEX}
    pictures = {_stem(name): item_id for item_id, name in rows if _suffix(name) == _PICTURES}
    found = []
    for item_id, name in rows:
        stem, suffix = _stem(name), _suffix(name)
        half = (suffix == _PICTURES and stem in stems) or (suffix == _INDEX and stem not in pictures)
        if suffix.removeprefix(".") in CODECS and not half:
            found.append(_Found(item_id, name, pictures[stem] if suffix == _INDEX else None))
    return found


def _stem(name: str) -> str:
    return fold(PurePosixPath(name).stem)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _own(files: list[_Found], film: str, films: list[str]) -> list[SubtitleFile]:
    found = []
    for item_id, name, pictures_id in files:
        rest = belongs(name, film)
        if rest is None:
            continue
        # "Film 2.srt" is of "Film 2.mkv", if there is one, and not of "Film.mkv".
        if not any(len(other) > len(film) and belongs(name, other) is not None for other in films):
            found.append(SubtitleFile(item_id, describe(name, rest), pictures_id))
    return found


def _all(files: list[_Found]) -> list[SubtitleFile]:
    return [
        SubtitleFile(item_id, describe(name, PurePosixPath(name).stem), pictures_id)
        for item_id, name, pictures_id in files
    ]


def _subtitle_folders(connection: apsw.Connection, folder_id: str) -> list[str]:
    return [item_id for item_id, name in _folders(connection, folder_id) if fold(name) in FOLDERS]


def _folders_of(connection: apsw.Connection, folder_id: str, film: str) -> list[str]:
    stem = fold(PurePosixPath(film).stem)
    return [item_id for item_id, name in _folders(connection, folder_id) if fold(name) == stem]


def _folders(connection: apsw.Connection, folder_id: str) -> list[tuple[str, str]]:
    return _children(connection, folder_id, "folder")


def _children(connection: apsw.Connection, folder_id: str, kind: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT item_id, name FROM items WHERE parent_id = ? AND kind = ?"
        " AND (kind <> 'other' OR size IS NOT 0)"  # an empty file says nothing
        " ORDER BY name_key, item_id",
        (folder_id, kind),
    )
    return [(str(item_id), str(name)) for item_id, name in rows]
