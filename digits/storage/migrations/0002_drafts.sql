-- What a visitor drew last, for a day, so that it is there again after a reload.
CREATE TABLE drafts (
  owner TEXT PRIMARY KEY,
  saved TEXT NOT NULL,
  strokes TEXT NOT NULL              -- JSON
);
