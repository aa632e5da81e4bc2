-- A class shares this server for some lessons. Several may be open at once.
CREATE TABLE classes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,         -- what its members type in
  name TEXT NOT NULL,
  pin_salt BLOB NOT NULL,
  pin_hash BLOB NOT NULL,            -- scrypt
  opened TEXT NOT NULL,
  closed TEXT,                       -- NULL while it is open
  paused INTEGER NOT NULL DEFAULT 0,
  hide_names INTEGER NOT NULL DEFAULT 0
);

-- Who joined. The id is that of the visitor, the owner of runs, drawings, tasks, choices and acts of a lesson.
CREATE TABLE members (
  id TEXT PRIMARY KEY,
  class INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  first_name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('pupil', 'teacher')),
  key_number INTEGER NOT NULL DEFAULT 1,  -- of their personal link; a new number makes the earlier links void
  joined TEXT NOT NULL
);
CREATE INDEX members_by_class ON members (class);
