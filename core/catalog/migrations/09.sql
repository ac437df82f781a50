-- The words of all texts, each once, and in how many passages it is: what is typed is looked up there in other forms
-- (search/wording.py). ``form`` is how a text writes it, if that tells more; ``spellings`` is in functions.py. What was
-- there before is listed later (refolding.py); until then it does not count, nor does what is deleted of it.
CREATE TABLE vocabulary (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE,
    form TEXT,
    passages INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX vocabulary_unused ON vocabulary(id) WHERE passages <= 0;
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
        ON CONFLICT(word) DO UPDATE SET passages = passages + 1, form = coalesce(form, excluded.form);
END;
CREATE TRIGGER segment_takes_words AFTER DELETE ON segments WHEN old.text != '' AND NOT EXISTS
    (SELECT 1 FROM unfolded WHERE name = 'vocabulary' AND old.id > done AND old.id <= last)
BEGIN
    UPDATE vocabulary SET passages = passages - 1 WHERE word IN (SELECT key FROM json_each(spellings(old.text)));
    DELETE FROM vocabulary WHERE passages <= 0;
END;
INSERT INTO unfolded SELECT 'vocabulary', 0, last FROM (SELECT max(id) AS last FROM segments) WHERE last;

-- What photos look like from afar (core/layouts.py): those of earlier versions are made from their thumbnails. The index
-- holds all that is read to find which come near each other.
CREATE TABLE layouts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL UNIQUE REFERENCES contents ON DELETE CASCADE,
    coarse BLOB NOT NULL,
    grey BLOB NOT NULL
);
CREATE INDEX layouts_coarse ON layouts(id, content_id, coarse);
