-- Digits that somebody added. The arrays lie in data/<name>/. A row that runs learned from stays when its digits are
-- removed: it says what they learned from, and under which licence.
CREATE TABLE sources (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  created TEXT NOT NULL,
  removed TEXT NOT NULL DEFAULT '',  -- when its digits were removed
  licence TEXT NOT NULL,
  origin TEXT NOT NULL,
  num_train INTEGER NOT NULL,        -- the first ones
  num_test INTEGER NOT NULL,         -- those after them
  num_unlabelled INTEGER NOT NULL,   -- all or none
  num_in_mnist INTEGER NOT NULL,     -- how many are digits of MNIST, as far as it was here
  images TEXT NOT NULL,              -- a file
  labels TEXT NOT NULL,              -- a file
  images_sha256 TEXT NOT NULL,       -- of the bytes of the arrays
  labels_sha256 TEXT NOT NULL
) WITHOUT ROWID;
