-- What is forgotten leaves traces in the file until they are wiped (traces.py); earlier versions left them everywhere.
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
