-- Files of one shot are found by name, time and notes of the camera (shots.py), for which some are read again.
CREATE INDEX files_lower_path ON files(lower(CAST(path AS TEXT))) WHERE kind IN ('photo', 'clip');
CREATE INDEX contents_taken_at ON contents(taken_at) WHERE kind = 'photo';
UPDATE contents SET read_as = 0 WHERE kind = 'clip' OR json_extract(properties, '$.camera') != '';

-- Mailboxes are read again for the mails in them; ``first`` and ``last`` are ordinals of segments.
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

-- Of an attribute there may be several values, as of tags. The labels of photos are looked through for words.
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
