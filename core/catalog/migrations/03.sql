-- Spaces that are complete: one that comes into use later is built beside them.
CREATE TABLE spaces (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO spaces SELECT DISTINCT value FROM contents, json_each(contents.spaces);
