-- Turns go round by person: who began a task longest ago begins the next.
CREATE TABLE turns (
  lane TEXT NOT NULL,
  owner TEXT NOT NULL,
  turn INTEGER NOT NULL,             -- grows with every task that begins in the lane
  PRIMARY KEY (lane, owner)
) WITHOUT ROWID;

ALTER TABLE tasks ADD COLUMN began REAL;    -- when a worker took it
ALTER TABLE tasks ADD COLUMN seconds REAL;  -- how long it took when it was last done
ALTER TABLE tasks ADD COLUMN lacking REAL;  -- since when it waits for memory although its turn has come

-- The tasks that wait, in this order: ORDER BY round, turn, first, id.
CREATE VIEW queue AS
SELECT tasks.id, tasks.lane,
       row_number() OVER (PARTITION BY tasks.lane, tasks.owner ORDER BY place, tasks.id) AS round,
       coalesce(turn, 0) AS turn,
       min(place) OVER (PARTITION BY tasks.lane, tasks.owner) AS first
FROM tasks LEFT JOIN turns ON turns.lane = tasks.lane AND turns.owner = tasks.owner
WHERE state = 'queued';
