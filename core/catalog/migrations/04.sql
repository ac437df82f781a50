-- A table in place of a list in JSON: what a content lacks is an ordinary join.
CREATE TABLE content_spaces (
    content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    space TEXT NOT NULL,
    PRIMARY KEY (content_id, space)
) WITHOUT ROWID;
INSERT OR IGNORE INTO content_spaces SELECT contents.id, value FROM contents, json_each(contents.spaces);
ALTER TABLE contents DROP COLUMN spaces;
