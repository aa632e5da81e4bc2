-- A search for the best settings. The optimizer keeps a study of its own, in a file; here is what people see of it.
CREATE TABLE sweeps (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- what people call it by, never used twice
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  created TEXT NOT NULL,
  plan TEXT NOT NULL,                -- JSON: the ranges, the digits, how many trials, how they are chosen
  best INTEGER,                      -- the trial that won, once all have ended
  importance TEXT NOT NULL DEFAULT '{}',  -- JSON: of each setting that varies, 0 to 1
  seconds REAL NOT NULL DEFAULT 0    -- that were spent on it, without pauses
);

-- A trial is a run. Those of a cluster have none before they come back.
CREATE TABLE trials (
  sweep TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  repeats_best INTEGER NOT NULL,     -- 1 for the winner's settings with another seed
  number INTEGER NOT NULL,           -- from 0 on, as in the study
  params TEXT NOT NULL,              -- JSON: what the optimizer chose
  settings TEXT NOT NULL,            -- JSON: all settings
  state TEXT NOT NULL DEFAULT 'running',  -- complete, pruned or failed
  accuracies TEXT NOT NULL DEFAULT '[]',  -- JSON: on the validation digits, after each epoch
  seconds REAL,                      -- of its training
  node TEXT NOT NULL DEFAULT '',     -- which machine of a cluster trained it
  cause TEXT NOT NULL DEFAULT '',    -- why it failed, in a sentence
  run TEXT REFERENCES runs (id) ON DELETE SET NULL,
  PRIMARY KEY (sweep, repeats_best, number)
) WITHOUT ROWID;
CREATE INDEX trials_by_run ON trials (run);

CREATE TRIGGER sweep_deleted AFTER DELETE ON sweeps BEGIN
  DELETE FROM tasks WHERE subject = OLD.id;
END;
