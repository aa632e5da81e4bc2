"""All runs in the database. The only place that makes, continues and deletes them."""

from digits.runs.run import Run, RunState
from digits.runs.store.annotations import annotate, move, plain, rename, stop
from digits.runs.store.lifecycle import create, delete, insert, is_free, resume, sweep
from digits.runs.store.queries import (
    active,
    count,
    durations,
    epochs,
    files,
    followable,
    get,
    how_it_ended,
    last_tick,
    learned_from,
    named_files,
    newest_of_each,
    page,
    queue,
    ticks,
    unfinished,
    with_model,
)
