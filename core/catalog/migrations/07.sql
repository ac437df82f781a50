-- What files say of themselves, for filters, and what of them was left unread. ``read_as`` is the version of what is
-- read of a file: see ``READING`` in contents.py.
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

-- Words are indexed in one form (core/words.py). What was indexed before is brought into it later (refolding.py), and in
-- the index it is changed as it is put in and taken out: by triggers, which know the very words that are in there.
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

-- Where photos and clips were taken; ``places_at`` is in functions.py.
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

-- Text in photos and scanned pages. ``pictures_read``: by which reader a content was looked at, and which page is next,
-- NULL if that was the last one. ``text_boxes``: where in the picture a line of a segment is, and where along the line
-- each of its characters begins, as shares of 65,535.
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

-- How many bytes a content's files had when it was read: of a log that has grown, only the rest is read.
ALTER TABLE contents ADD COLUMN size INTEGER;

-- More formats are read, and more of what was damaged. Folders that could not be read have no kind: scans see to them.
INSERT OR IGNORE INTO jobs(path, priority, queued_at)
    SELECT path, 4, strftime('%s', 'now') FROM files
    WHERE state = 'skipped' OR (state = 'failed' AND kind IS NOT NULL);
