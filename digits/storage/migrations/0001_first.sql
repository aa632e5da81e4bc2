-- Everything small and every decision. Large data lies in files, named here with their sha256.
-- Times that people see are ISO 8601 in UTC; times that decide something are seconds of CLOCK_BOOTTIME.

-- Processes that work in the background. The id is the generation number of a lease; it is never used twice.
CREATE TABLE workers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  foreground INTEGER NOT NULL,       -- whether somebody started it at the command line, for one task
  boot_id TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  pid INTEGER,                       -- known as soon as the process has been started
  pid_started TEXT,                  -- tells a process from a later one with the same pid
  renewed REAL NOT NULL,
  ended_by TEXT NOT NULL DEFAULT '', -- the last signal that was sent to it because it did not respond
  ended_at REAL
);

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, or Stop in an old tab could reach another task
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,             -- of what: a run's id, a source
  part TEXT NOT NULL DEFAULT '',     -- on what: a test set
  owner TEXT NOT NULL,
  lane TEXT NOT NULL,
  place REAL NOT NULL,               -- in the queue of its lane, the smallest first
  state TEXT NOT NULL,
  request TEXT NOT NULL DEFAULT '',  -- stop or pause
  requested REAL,
  fraction REAL NOT NULL DEFAULT 0,
  phase TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',
  reserved INTEGER REFERENCES workers (id) ON DELETE SET NULL,  -- a process at the command line that waits for its turn
  worker INTEGER,                    -- that does it now, or did it last
  UNIQUE (kind, subject, part)
);
CREATE INDEX tasks_by_state ON tasks (state, lane, place);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  created TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  notes TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  settings TEXT NOT NULL,            -- JSON
  architecture TEXT NOT NULL,
  num_epochs INTEGER NOT NULL,
  stage TEXT NOT NULL DEFAULT 'starting',  -- while its task runs: starting, running, evaluating
  ended TEXT NOT NULL DEFAULT '',    -- how its training ended, once its model is there: done or stopped
  details TEXT NOT NULL DEFAULT '{}',  -- JSON: device, library, XLA, memory, versions, seconds, a note
  model TEXT,                        -- JSON: files with their sha256, hidden layers
  model_sha256 TEXT,                 -- of model.tflite; everything derived from the model carries it
  temperature REAL,                  -- fitted after the model was published
  task INTEGER NOT NULL REFERENCES tasks (id)
);
CREATE INDEX runs_by_time ON runs (created DESC, id DESC);

CREATE TABLE epochs (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  val_accuracy REAL NOT NULL,
  numbers TEXT NOT NULL,             -- JSON: all of the row
  PRIMARY KEY (run, epoch)
) WITHOUT ROWID;

CREATE TABLE ticks (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  loss REAL NOT NULL,
  accuracy REAL NOT NULL,
  PRIMARY KEY (run, epoch, step)
) WITHOUT ROWID;

CREATE TABLE run_files (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,                -- checkpoint, snapshot or fine_tune_data
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (run, kind, epoch)
) WITHOUT ROWID;

-- What was computed about a model or a source. A result of another model does not count.
CREATE TABLE results (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  part TEXT NOT NULL DEFAULT '',
  made_from TEXT NOT NULL,           -- sha256 of the model, or of the labels of a source
  value TEXT NOT NULL,               -- JSON
  file TEXT,
  file_sha256 TEXT,
  PRIMARY KEY (subject, kind, part)
) WITHOUT ROWID;

CREATE TRIGGER run_deleted AFTER DELETE ON runs BEGIN
  DELETE FROM results WHERE subject = OLD.id;
  DELETE FROM tasks WHERE subject = OLD.id;
  DELETE FROM choices WHERE run = OLD.id;
END;

-- The model that a visitor chose for drawings.
CREATE TABLE choices (
  owner TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  chosen TEXT NOT NULL
);

CREATE TABLE drawings (
  id TEXT PRIMARY KEY,               -- the start of the sha256 of what the network saw
  owner TEXT NOT NULL,
  label INTEGER NOT NULL CHECK (label BETWEEN 0 AND 9),
  created TEXT NOT NULL,
  seen BLOB NOT NULL,                -- 28 x 28 bytes
  picture BLOB NOT NULL,             -- PNG
  strokes TEXT NOT NULL              -- JSON
);
CREATE INDEX drawings_by_time ON drawings (created DESC, id DESC);

-- Numbers that grow with every change of My drawings, for caches.
CREATE TABLE revisions (
  subject TEXT PRIMARY KEY,
  number INTEGER NOT NULL
);

-- Files without a row, to be removed as soon as no backup reads them.
CREATE TABLE garbage (
  path TEXT PRIMARY KEY              -- within DIGITS_HOME
);

CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
