"""The catalog's tables, as numbered migrations: an upgrade runs those it has not run yet, each in one transaction."""

from __future__ import annotations

import sqlite3

from bowerbird.core.errors import EnvironmentFailure

# AUTOINCREMENT where ids reach the vector store: an id is never given twice, so a vector that outlived
# its segment can never be taken for another's.
_FIRST = """
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'ready'
);
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    properties TEXT NOT NULL,
    taken_at TEXT,
    spaces TEXT NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX contents_unstored ON contents(id) WHERE stored = 0;
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    modality TEXT NOT NULL,
    text TEXT NOT NULL,
    keywords TEXT,
    labels TEXT NOT NULL,
    page INTEGER,
    section TEXT NOT NULL,
    start_s REAL,
    end_s REAL,
    UNIQUE (content_id, ordinal)
);
CREATE TABLE embeddings (
    segment_id INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
    space TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (segment_id, space)
);
CREATE TABLE dead_segments (id INTEGER PRIMARY KEY);
CREATE TRIGGER segment_dies AFTER DELETE ON segments BEGIN
    INSERT OR IGNORE INTO dead_segments VALUES (old.id);
    INSERT INTO segment_words(segment_words, rowid, words)
        VALUES ('delete', old.id, coalesce(old.keywords, old.text));
END;
CREATE VIEW segment_words_source AS SELECT id, coalesce(keywords, text) AS words FROM segments;
CREATE VIRTUAL TABLE segment_words USING fts5(
    words, content='segment_words_source', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE segment_terms USING fts5vocab(segment_words, row);
CREATE TRIGGER segment_lives AFTER INSERT ON segments BEGIN
    INSERT INTO segment_words(rowid, words) VALUES (new.id, coalesce(new.keywords, new.text));
END;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders,
    path BLOB NOT NULL UNIQUE,
    kind TEXT,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    content_id INTEGER REFERENCES contents
);
CREATE INDEX files_content ON files(content_id);
CREATE INDEX files_folder ON files(folder_id, state);
CREATE INDEX files_newest ON files(mtime_ns);
CREATE VIRTUAL TABLE file_names USING fts5(name, tokenize='trigram');
CREATE TRIGGER file_dies AFTER DELETE ON files BEGIN
    DELETE FROM file_names WHERE rowid = old.id;
END;
CREATE TABLE jobs (
    path BLOB PRIMARY KEY,
    priority INTEGER NOT NULL,
    queued_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_next ON jobs(priority, queued_at);
"""

# Recordings and clips: read in parts, and sent to the vector store in parts.
_PARTS = """
ALTER TABLE contents ADD COLUMN next_s REAL;
ALTER TABLE contents ADD COLUMN waveform BLOB NOT NULL DEFAULT x'';
ALTER TABLE contents ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
UPDATE contents SET sent = coalesce((SELECT max(ordinal) + 1 FROM segments WHERE content_id = contents.id), 0)
    WHERE stored = 1;
CREATE INDEX contents_in_part ON contents(id) WHERE next_s IS NOT NULL;
INSERT OR IGNORE INTO jobs SELECT path, 2, strftime('%s', 'now') FROM files WHERE state = 'skipped';
UPDATE files SET state = 'pending' WHERE state = 'skipped';
"""

# Spaces that are complete: one that comes into use later is built beside them.
_SPACES = """
CREATE TABLE spaces (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO spaces SELECT DISTINCT value FROM contents, json_each(contents.spaces);
"""

# A table in place of a list in JSON: what a content lacks is an ordinary join.
_CONTENT_SPACES = """
CREATE TABLE content_spaces (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    space TEXT NOT NULL,
    PRIMARY KEY (content_id, space)
) WITHOUT ROWID;
INSERT OR IGNORE INTO content_spaces SELECT contents.id, value FROM contents, json_each(contents.spaces);
ALTER TABLE contents DROP COLUMN spaces;
"""

# What is forgotten leaves traces in the file until they are wiped (traces.py); earlier versions left them everywhere.
_TRACES = """
CREATE TABLE traces (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    everywhere INTEGER NOT NULL DEFAULT 0
);
INSERT INTO traces SELECT 1, 1 FROM files LIMIT 1;
CREATE TRIGGER segment_leaves_traces AFTER DELETE ON segments BEGIN
    INSERT OR IGNORE INTO traces(id) VALUES (1);
END;
CREATE TRIGGER file_leaves_traces AFTER DELETE ON files BEGIN
    INSERT OR IGNORE INTO traces(id) VALUES (1);
END;
"""

# A look at a file that was not enough, because it changed or its decoder crashed, is followed by another after a pause.
_LOOKS = """
ALTER TABLE files ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN looked_at REAL NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN due_at REAL NOT NULL DEFAULT 0;
"""

# Volumes tell a file that is gone from one whose disk is away. Of files that were not seen since then only the device
# is known. That their ctime is not known is no change: nothing is read again for it.
_VOLUMES = """
CREATE TABLE volumes (
    id INTEGER PRIMARY KEY,
    mount_point BLOB NOT NULL,
    identity BLOB NOT NULL,
    UNIQUE (mount_point, identity)
);
INSERT INTO volumes(mount_point, identity)
    SELECT DISTINCT x'', CAST('device ' || device AS BLOB) FROM files WHERE device != 0;
ALTER TABLE files ADD COLUMN ctime_ns INTEGER;
ALTER TABLE files ADD COLUMN volume_id INTEGER REFERENCES volumes;
ALTER TABLE files ADD COLUMN away INTEGER NOT NULL DEFAULT 0;
UPDATE files SET volume_id = (SELECT id FROM volumes WHERE identity = CAST('device ' || device AS BLOB));
ALTER TABLE files DROP COLUMN device;
CREATE INDEX files_inode ON files(inode);
CREATE INDEX files_volume ON files(volume_id);
CREATE INDEX files_away ON files(folder_id, volume_id) WHERE away;
"""

# Thumbnails that are missing are made again; some contents have none.
_THUMBNAILS = """
ALTER TABLE contents ADD COLUMN without_thumbnail INTEGER NOT NULL DEFAULT 0;
"""

# Words are indexed in one form (core/words.py). What was indexed before is brought into it later (refolding.py), and in
# the index it is changed as it is put in and taken out: by triggers, which know the very words that are in there.
_FOLDED_WORDS = """
CREATE TRIGGER segment_changes AFTER UPDATE OF text, keywords ON segments BEGIN
    INSERT INTO segment_words(segment_words, rowid, words)
        VALUES ('delete', old.id, coalesce(old.keywords, old.text));
    INSERT INTO segment_words(rowid, words) VALUES (new.id, coalesce(new.keywords, new.text));
END;
CREATE TABLE unfolded (
    name TEXT PRIMARY KEY,
    done INTEGER NOT NULL,
    last INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO unfolded SELECT 'segments', 0, last FROM (SELECT max(id) AS last FROM segments) WHERE last;
INSERT INTO unfolded SELECT 'file_names', 0, last FROM (SELECT max(id) AS last FROM files) WHERE last;
"""

# What files say of themselves, for filters, and what of them was left unread. ``read_as`` is the version of what is
# read of a file: see ``READING`` in contents.py.
_ABOUT = """
CREATE TABLE attributes (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (content_id, name)
) WITHOUT ROWID;
CREATE INDEX attributes_values ON attributes(name, value);
CREATE TABLE omissions (
    id INTEGER PRIMARY KEY,
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    sentence TEXT NOT NULL,
    UNIQUE (content_id, sentence)
);
ALTER TABLE contents ADD COLUMN read_as INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contents_read_as ON contents(read_as);
"""

# Where photos and clips were taken; ``places_at`` is in functions.py.
_PLACES = """
CREATE TABLE coordinates (
    content_id INTEGER PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
    latitude REAL NOT NULL,
    longitude REAL NOT NULL
);
CREATE INDEX coordinates_latitude ON coordinates(latitude, longitude);
CREATE TABLE content_places (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    place INTEGER NOT NULL,
    PRIMARY KEY (content_id, place)
) WITHOUT ROWID;
CREATE INDEX content_places_place ON content_places(place, content_id);
INSERT INTO coordinates
    SELECT id, json_extract(properties, '$.latitude'), json_extract(properties, '$.longitude') FROM contents
    WHERE json_type(properties, '$.latitude') IN ('real', 'integer')
    AND json_type(properties, '$.longitude') IN ('real', 'integer');
INSERT OR IGNORE INTO content_places
    SELECT content_id, value FROM coordinates, json_each(places_at(latitude, longitude));
"""

# Text in photos and scanned pages. ``pictures_read``: by which reader a content was looked at, and which page is next,
# NULL if that was the last one. ``text_boxes``: where in the picture a line of a segment is, and where along the line
# each of its characters begins, as shares of 65,535.
_PICTURE_TEXTS = """
CREATE TABLE pictures_read (
    content_id INTEGER PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
    reader TEXT NOT NULL,
    next_page INTEGER
);
CREATE TABLE text_boxes (
    segment_id INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
    start INTEGER NOT NULL,
    corners BLOB NOT NULL,
    edges BLOB NOT NULL,
    PRIMARY KEY (segment_id, start)
) WITHOUT ROWID;
"""

# How many bytes a content's files had when it was read: of a log that has grown, only the rest is read.
_SIZES = """
ALTER TABLE contents ADD COLUMN size INTEGER;
"""

# More formats are read, and more of what was damaged. Folders that could not be read have no kind: scans see to them.
_FORMATS = """
INSERT OR IGNORE INTO jobs(path, priority, queued_at)
    SELECT path, 4, strftime('%s', 'now') FROM files
    WHERE state = 'skipped' OR (state = 'failed' AND kind IS NOT NULL);
"""

# Files of one shot are found by name, time and notes of the camera (shots.py), for which some are read again.
_SHOTS = """
CREATE INDEX files_lower_path ON files(lower(CAST(path AS TEXT))) WHERE kind IN ('photo', 'clip');
CREATE INDEX contents_taken_at ON contents(taken_at) WHERE kind = 'photo';
UPDATE contents SET read_as = 0 WHERE kind = 'clip' OR json_extract(properties, '$.camera') != '';
"""

# Mailboxes are read again for the mails in them; ``first`` and ``last`` are ordinals of segments.
_MAILS = """
CREATE TABLE mails (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    sent_at TEXT,
    PRIMARY KEY (content_id, first)
) WITHOUT ROWID;
UPDATE contents SET read_as = 0 WHERE id IN (SELECT content_id FROM files WHERE CAST(path AS TEXT) LIKE '%.mbox');
"""

# Of an attribute there may be several values, as of tags. The labels of photos are looked through for words.
_TAGS = """
CREATE TABLE attributes_of_several (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (content_id, name, value)
) WITHOUT ROWID;
INSERT INTO attributes_of_several SELECT content_id, name, value FROM attributes;
INSERT OR IGNORE INTO attributes_of_several
    SELECT contents.id, 'tag', folded(value) FROM contents, json_each(contents.properties, '$.keywords')
    WHERE json_valid(contents.properties) AND value != '';
DROP TABLE attributes;
ALTER TABLE attributes_of_several RENAME TO attributes;
CREATE INDEX attributes_values ON attributes(name, value);
CREATE INDEX segments_labels ON segments(labels, content_id) WHERE labels != '[]';
"""

# The words of all texts, each once, and in how many passages it is: what is typed is looked up there in other forms
# (search/forms.py). ``form`` is how a text writes it, if that tells more; ``spellings`` is in functions.py. What was
# there before is listed later (refolding.py); until then it does not count, nor does what is deleted of it.
_VOCABULARY = """
CREATE TABLE vocabulary (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE,
    form TEXT,
    passages INTEGER NOT NULL DEFAULT 1
);
CREATE VIRTUAL TABLE word_parts USING fts5(
    word, content='vocabulary', content_rowid='id', tokenize='trigram', detail='none', columnsize=0
);
CREATE TRIGGER word_comes AFTER INSERT ON vocabulary BEGIN
    INSERT INTO word_parts(rowid, word) VALUES (new.id, new.word);
END;
CREATE TRIGGER word_goes AFTER DELETE ON vocabulary BEGIN
    INSERT INTO word_parts(word_parts, rowid, word) VALUES ('delete', old.id, old.word);
END;
CREATE TRIGGER segment_brings_words AFTER INSERT ON segments WHEN new.text != '' BEGIN
    INSERT INTO vocabulary(word, form) SELECT key, value FROM json_each(spellings(new.text)) WHERE true
        ON CONFLICT(word) DO UPDATE SET passages = passages + 1;
END;
CREATE TRIGGER segment_takes_words AFTER DELETE ON segments WHEN old.text != '' AND NOT EXISTS
    (SELECT 1 FROM unfolded WHERE name = 'vocabulary' AND old.id > done AND old.id <= last)
BEGIN
    UPDATE vocabulary SET passages = passages - 1 WHERE word IN (SELECT key FROM json_each(spellings(old.text)));
    DELETE FROM vocabulary WHERE passages <= 0 AND word IN (SELECT key FROM json_each(spellings(old.text)));
END;
INSERT INTO unfolded SELECT 'vocabulary', 0, last FROM (SELECT max(id) AS last FROM segments) WHERE last;
"""

# What photos look like from afar (core/layouts.py): those of earlier versions are made from their thumbnails. The index
# holds all that is read to find which come near each other.
_LAYOUTS = """
CREATE TABLE layouts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL UNIQUE REFERENCES contents ON DELETE CASCADE,
    coarse BLOB NOT NULL,
    grey BLOB NOT NULL
);
CREATE INDEX layouts_coarse ON layouts(id, content_id, coarse);
"""

MIGRATIONS = (
    _FIRST,
    _PARTS,
    _SPACES,
    _CONTENT_SPACES,
    _TRACES,
    _LOOKS + _VOLUMES + _THUMBNAILS,
    _ABOUT + _FOLDED_WORDS + _PLACES + _PICTURE_TEXTS + _SIZES + _FORMATS,
    _SHOTS + _MAILS + _TAGS,
    _VOCABULARY + _LAYOUTS,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to this version's.

    Raises:
        EnvironmentFailure: the catalog was written by a later version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise EnvironmentFailure("This library was written by a later Bowerbird. Update Bowerbird to open it.")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
