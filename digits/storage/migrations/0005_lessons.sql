-- What a visitor who has begun a lesson did of what it asks for. The act "begun" is its beginning.
CREATE TABLE lesson_acts (
  owner TEXT NOT NULL,
  act TEXT NOT NULL,
  done TEXT NOT NULL,
  evidence TEXT NOT NULL,            -- JSON
  PRIMARY KEY (owner, act)
) WITHOUT ROWID;
