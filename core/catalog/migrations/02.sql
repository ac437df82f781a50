-- Recordings and clips: read in parts, and sent to the vector store in parts.
ALTER TABLE contents ADD COLUMN next_s REAL;
ALTER TABLE contents ADD COLUMN waveform BLOB NOT NULL DEFAULT x'';
ALTER TABLE contents ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
UPDATE contents SET sent = coalesce((SELECT max(ordinal) + 1 FROM segments WHERE content_id = contents.id), 0)
    WHERE stored = 1;
CREATE INDEX contents_in_part ON contents(id) WHERE next_s IS NOT NULL;
INSERT OR IGNORE INTO jobs SELECT path, 2, strftime('%s', 'now') FROM files WHERE state = 'skipped';
UPDATE files SET state = 'pending' WHERE state = 'skipped';
