-- Whether who made a drawing lets their class use it.
ALTER TABLE drawings ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;

-- The class on whose collection a run was fine-tuned; NULL for any other run.
ALTER TABLE runs ADD COLUMN collection INTEGER REFERENCES classes (id) ON DELETE SET NULL;
