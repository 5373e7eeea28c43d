"""The tables of the index, of the artwork store and of what is people's own.

A change is a new script at the end of its tuple.
"""

_ITEMS = """
CREATE TABLE items (
    item_id      TEXT PRIMARY KEY,
    parent_id    TEXT,                -- item of the folder it lies in; NULL for the root folder
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    path         TEXT NOT NULL,
    title        TEXT NOT NULL,
    mime         TEXT NOT NULL,
    size         INTEGER,             -- plaintext bytes
    added_ns     INTEGER NOT NULL,    -- Unix time
    duration_s   REAL,
    width        INTEGER,             -- upright
    height       INTEGER,
    taken_at     TEXT,                -- ISO 8601 as the file says it
    taken_s      REAL,                -- the same as Unix time, to sort by
    lat          REAL,
    lon          REAL,
    problem      TEXT,                -- all that is known against it, in words
    has_image    INTEGER NOT NULL DEFAULT 0,
    examined     INTEGER NOT NULL DEFAULT 0,  -- version of the examination that filled the row; see records.py

    folder_id    TEXT NOT NULL,       -- where it is in the vault
    own_id       TEXT,
    stored_path  TEXT NOT NULL,

    stored_size  INTEGER,             -- the seal record: what the file was when it was read
    mtime_ns     INTEGER NOT NULL,
    header_nonce BLOB,
    sha256       BLOB,                -- of the plaintext, once it was read whole
    whole_size   INTEGER,             -- largest stored_size seen under this header_nonce
    node_problem TEXT,                -- what the listing alone says against it

    list_key     TEXT NOT NULL,       -- folders first, then natural order of names
    name_key     TEXT NOT NULL,
    title_key    TEXT NOT NULL,
    search_text  TEXT NOT NULL        -- folded title, name and path, a line each
) STRICT;

-- The expressions are those of `query.ORDERS`, letter by letter, or SQLite sorts every page anew.
CREATE INDEX items_in_folder ON items (parent_id, list_key, item_id);
CREATE INDEX items_by_path ON items (path);
CREATE INDEX items_by_name ON items (kind, name_key, item_id);
CREATE INDEX items_by_title ON items (kind, title_key, item_id);
CREATE INDEX items_by_added ON items (kind, added_ns, item_id);
CREATE INDEX items_by_taken ON items (kind, coalesce(taken_s, 1e300), item_id);
CREATE INDEX items_by_taken_down ON items (kind, coalesce(taken_s, -1e300), item_id);

-- Apart from items: with its keyframes a film's media is larger than all else that is known of it.
CREATE TABLE media (
    item_id TEXT PRIMARY KEY,
    json    TEXT NOT NULL
) STRICT;
"""

_IMAGES = """
CREATE TABLE images (
    item_id TEXT NOT NULL,
    width   INTEGER NOT NULL,         -- the width asked for, one of IMAGE_WIDTHS
    jpeg    BLOB NOT NULL,
    PRIMARY KEY (item_id, width)
) STRICT;
"""

_SEALS = """
CREATE TABLE seals (
    header_nonce      BLOB PRIMARY KEY,
    stored_size       INTEGER NOT NULL,
    sha256            BLOB NOT NULL,       -- of the plaintext
    original_mtime_ns INTEGER              -- of the file that was imported
) STRICT;
INSERT OR IGNORE INTO seals (header_nonce, stored_size, sha256)
    SELECT header_nonce, stored_size, sha256 FROM items
    WHERE header_nonce IS NOT NULL AND stored_size IS NOT NULL AND sha256 IS NOT NULL;
ALTER TABLE items DROP COLUMN sha256;
"""

_INTEGRITY = """
ALTER TABLE items ADD COLUMN changed_ns INTEGER;     -- when other contents were found in its place
ALTER TABLE items ADD COLUMN suspicion TEXT;         -- in words; stays until it is undone or confirmed
ALTER TABLE items ADD COLUMN suspicion_key TEXT;     -- what it would be if it were undone; see suspicion.py

ALTER TABLE seals ADD COLUMN marks BLOB;             -- to tell where it was changed; see marks.py

CREATE TABLE former (                                -- contents that were replaced once
    header_nonce BLOB PRIMARY KEY
) STRICT;

CREATE TABLE vanished (                              -- files that went, and not through Lanterne
    path         TEXT PRIMARY KEY,
    stored_path  TEXT NOT NULL,
    header_nonce BLOB NOT NULL,
    stored_size  INTEGER,
    mtime_ns     INTEGER NOT NULL,
    since_ns     INTEGER NOT NULL
) STRICT;

CREATE TABLE checks (                                -- files that were read whole, every chunk authenticated
    stored_path  TEXT PRIMARY KEY,
    stored_size  INTEGER,                            -- it is known no more when these two are others
    mtime_ns     INTEGER NOT NULL,
    checked_ns   INTEGER NOT NULL,
    problem      TEXT,                               -- in words
    ranges       TEXT                                -- JSON: [[start, stop], ...] in bytes of plaintext
) STRICT;
CREATE INDEX checks_by_age ON checks (checked_ns);

CREATE TABLE check_run (                             -- one row at most: the deep check that was not finished
    began_ns     INTEGER NOT NULL
) STRICT;
"""

_BY_CONTENTS = """
CREATE INDEX items_by_contents ON items (header_nonce);
"""

_POSITIONS = """
CREATE TABLE positions (
    header_nonce BLOB PRIMARY KEY,    -- of the contents: it outlives names, places and the index
    position_s   REAL,                -- playing time; NULL when it was seen to the end
    seen_ns      INTEGER NOT NULL,    -- Unix time: last played
    watched_ns   INTEGER              -- Unix time: last seen to the end
) STRICT, WITHOUT ROWID;
"""

_PREVIEWS = """
CREATE TABLE previews (
    header_nonce BLOB PRIMARY KEY,    -- of the contents
    interval_s   REAL NOT NULL,
    width        INTEGER NOT NULL,    -- of one picture, in pixels
    height       INTEGER NOT NULL,
    columns      INTEGER NOT NULL,    -- of a sheet
    rows         INTEGER NOT NULL,
    count        INTEGER NOT NULL     -- of all pictures; 0: none can be made
) STRICT, WITHOUT ROWID;
CREATE TABLE preview_sheets (
    header_nonce BLOB NOT NULL,
    sheet_index  INTEGER NOT NULL,
    jpeg         BLOB NOT NULL,
    PRIMARY KEY (header_nonce, sheet_index)
) STRICT;
"""

_SUBTITLES = """
CREATE TABLE subtitles (
    item_id  TEXT NOT NULL,           -- of the film, or of the file beside it
    track    INTEGER NOT NULL,        -- number of the stream in the film; 0 in a file
    form     TEXT NOT NULL,           -- what was made of it; see subtitles.py
    revision TEXT NOT NULL,           -- of the contents that it was made from
    contents BLOB NOT NULL,
    PRIMARY KEY (item_id, track, form)
) STRICT;
"""

INDEX_MIGRATIONS = (_ITEMS, _SEALS, _INTEGRITY, _BY_CONTENTS)
PEOPLE_MIGRATIONS = (_POSITIONS,)
ARTWORK_MIGRATIONS = (_IMAGES, _PREVIEWS, _SUBTITLES)
