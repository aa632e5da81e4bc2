-- Two people may own the same picture: the key is the picture and its owner.
CREATE TABLE drawings_before AS SELECT * FROM drawings;
DROP TABLE drawings;
CREATE TABLE drawings (
  id TEXT NOT NULL,                  -- the start of the sha256 of what the network saw
  owner TEXT NOT NULL,
  label INTEGER NOT NULL CHECK (label BETWEEN 0 AND 9),
  created TEXT NOT NULL,
  seen BLOB NOT NULL,                -- 28 x 28 bytes
  picture BLOB NOT NULL,             -- PNG
  strokes TEXT NOT NULL,             -- JSON
  shared INTEGER NOT NULL DEFAULT 0, -- whether its owner lets their class use it
  PRIMARY KEY (id, owner)
);
INSERT INTO drawings SELECT id, owner, label, created, seen, picture, strokes, shared FROM drawings_before;
DROP TABLE drawings_before;
CREATE INDEX drawings_by_time ON drawings (created DESC, id DESC);
