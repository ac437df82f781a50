-- A look at a file that was not enough, because it changed or its decoder crashed, is followed by another after a pause.
ALTER TABLE files ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN looked_at REAL NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN due_at REAL NOT NULL DEFAULT 0;

-- Volumes tell a file that is gone from one whose disk is away. Of files that were not seen since then only the device
-- is known. That their ctime is not known is no change: nothing is read again for it.
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

-- Thumbnails that are missing are made again; some contents have none.
ALTER TABLE contents ADD COLUMN without_thumbnail INTEGER NOT NULL DEFAULT 0;
