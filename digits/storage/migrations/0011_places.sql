-- How many members a class may have before nobody else joins as a pupil; its teacher lets more in. 0: nobody else.
ALTER TABLE classes ADD COLUMN places INTEGER NOT NULL DEFAULT 0;
UPDATE classes SET places = 40 + (SELECT count(*) FROM members WHERE class = classes.id);
