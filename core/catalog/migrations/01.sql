-- AUTOINCREMENT where ids reach the vector store: an id is never given twice, so a vector that outlived
-- its segment can never be taken for another's.
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
