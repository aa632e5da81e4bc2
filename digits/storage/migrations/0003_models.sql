-- When the present model of a run was published; NULL before. The later of this and a choice is what pages open.
ALTER TABLE runs ADD COLUMN published TEXT;
UPDATE runs SET published = created WHERE model IS NOT NULL;
CREATE INDEX runs_by_publication ON runs (owner, published DESC);

-- What people call a run by: 1 for the first that was ever here, never used twice.
ALTER TABLE runs ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET number = (
  SELECT count(*) FROM runs AS earlier WHERE (earlier.created, earlier.id) <= (runs.created, runs.id)
);
INSERT INTO revisions SELECT 'runs', count(*) FROM runs;
CREATE TRIGGER run_made AFTER INSERT ON runs BEGIN
  UPDATE revisions SET number = number + 1 WHERE subject = 'runs';
  UPDATE runs SET number = (SELECT number FROM revisions WHERE subject = 'runs') WHERE id = NEW.id;
END;
