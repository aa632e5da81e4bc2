"""The database: whole whatever happens, one sentence where it cannot be had, and no trace of a mere question."""

import os
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from digits.errors import DigitsError, StoreUnavailable, TakenOver
from digits.storage import database, schema
from tests.conftest import content, fill


def keep(name, value="1"):
    """Write a row."""
    with database.writing() as connection:
        connection.execute("INSERT INTO secrets VALUES (?, ?)", (name, value))


def kept():
    """The names of the rows."""
    with database.reading() as connection:
        return [row["name"] for row in connection.execute("SELECT name FROM secrets ORDER BY name")]


@pytest.fixture
def raw(digits_home):
    """raw(statement) runs a statement past all that Digits checks."""

    def raw(statement):
        with closing(sqlite3.connect(digits_home / "digits.db", isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()

    return raw


def test_asking_makes_neither_a_file_nor_a_folder(digits_home):
    assert kept() == []
    assert list(digits_home.iterdir()) == []
    digits_home.rmdir()
    assert kept() == []
    assert not digits_home.exists()


def test_the_first_write_makes_the_database_and_its_folder(digits_home, raw):
    digits_home.rmdir()
    keep("a")
    assert kept() == ["a"]
    assert [path.name for path in digits_home.iterdir()] == ["digits.db"]
    assert raw("PRAGMA journal_mode") == [("wal",)]
    assert raw("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]


def test_a_transaction_in_which_an_error_is_raised_changes_nothing(digits_home):
    keep("a")
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        connection.execute("INSERT INTO secrets VALUES ('b', '2')")
        raise ZeroDivisionError
    assert kept() == ["a"]


def test_a_reader_sees_one_state_and_delays_no_writer(digits_home):
    keep("a")
    with database.reading() as connection:
        count = lambda: connection.execute("SELECT count(*) FROM secrets").fetchone()[0]  # noqa: E731
        assert count() == 1
        keep("b")
        assert count() == 1
    assert kept() == ["a", "b"]


def test_a_row_needs_what_it_refers_to(digits_home):
    with pytest.raises(sqlite3.IntegrityError), database.writing() as connection:
        connection.execute("INSERT INTO ticks VALUES ('no-run', 1, 1, 1, 0.5, 0.5)")


def test_a_process_that_may_no_longer_write_changes_nothing(digits_home):
    def guard(connection):
        raise TakenOver("This work was given to another process.")

    with database.guarded(guard):
        with pytest.raises(TakenOver):
            keep("a")
        assert kept() == []
    keep("b")
    assert kept() == ["b"]


def test_while_a_connection_is_kept_open_others_close_without_locking_anybody_out(digits_home, make_read_only):
    log = digits_home / "digits.db-wal"
    with database.kept_open():  # there is none yet, and none is made
        assert list(digits_home.iterdir()) == []
    keep("a")
    assert not log.exists()  # moved into the database when the last connection closed
    with database.kept_open():
        keep("b")
        assert log.stat().st_size > 0
        assert kept() == ["a", "b"]
    assert not log.exists() and kept() == ["a", "b"]
    make_read_only(digits_home)
    with database.kept_open():
        assert kept() == ["a", "b"]


def test_a_connection_that_is_kept_open_knows_whether_anybody_has_written(digits_home):
    with database.kept_open() as has_changed:  # without a database, nobody can know
        assert has_changed() and has_changed()
    keep("a")
    with database.kept_open() as has_changed:
        assert has_changed() and not has_changed()
        kept()
        assert not has_changed()
        keep("b")
        assert has_changed() and not has_changed()


def test_the_log_goes_into_the_database_before_it_grows_large(digits_home):
    keep("a")
    with database.kept_open():
        for number in range(200):  # some 600 pages in all
            keep(f"{number}", "x" * 4096)
        assert (digits_home / "digits.db-wal").stat().st_size < 400 * 4096
    assert len(kept()) == 201


CREATE = """
import os, sys
from digits.storage import database
go, went = os.pipe()
for number in range(8):
    if not os.fork():
        os.close(went)
        os.read(go, 1)  # until all are there
        with database.writing() as connection:
            connection.execute("INSERT INTO secrets VALUES (?, '')", (str(number),))
        os._exit(0)
os.close(go); os.close(went)
sys.exit(max(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(8)))
"""


def test_eight_processes_that_create_the_database_at_once_all_write_into_the_same(python, digits_home):
    assert python(CREATE).wait() == 0
    assert kept() == [str(number) for number in range(8)]
    assert [path.name for path in digits_home.iterdir()] == ["digits.db"]


KILLED_WHILE_CREATING = """
import os, signal, sys
from digits.storage import database, schema
def kill_at(point):
    if sys.argv[1] == point:
        os.kill(os.getpid(), signal.SIGKILL)
is_outdated, run = schema.is_outdated, schema._run
schema.is_outdated = lambda connection: (is_outdated(connection), kill_at("as an empty file"))[0]
schema.transaction = lambda connection, kind: (kill_at("with a log and no tables"), transaction(connection, kind))[1]
schema._run = lambda connection, statements: (run(connection, statements), kill_at("with tables, uncommitted"))
from digits.storage.connection import transaction
with database.writing():
    kill_at("with tables and no rows")
"""


@pytest.mark.parametrize(
    "point", ["as an empty file", "with a log and no tables", "with tables, uncommitted", "with tables and no rows"]
)
def test_a_database_whose_creator_is_killed_counts_as_none_or_is_complete(python, digits_home, point):
    assert python(KILLED_WHILE_CREATING, point).wait() == -signal.SIGKILL
    assert (digits_home / "digits.db").exists()
    assert kept() == [] and database.exists() == (point == "with tables and no rows")
    keep("a")
    assert kept() == ["a"]
    database.check()


def test_threads_that_write_at_once_wait_for_one_another(digits_home):
    threads = [threading.Thread(target=keep, args=(f"{number:02}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept() == [f"{number:02}" for number in range(16)]


# Other versions


@pytest.mark.parametrize("use", [kept, lambda: keep("b")], ids=["read", "write"])
def test_a_database_of_a_newer_version_is_refused_in_words_and_not_changed(digits_home, raw, use):
    keep("a")
    raw(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    with pytest.raises(StoreUnavailable, match="newer version of Digits has written here .* Start the newer one"):
        use()
    assert raw("SELECT name FROM secrets") == [("a",)]


@pytest.mark.parametrize("left", ["runs/20260101-120000-cnn/config.json", "mine/1.json", "queue.json", "chosen.json"])
def test_a_home_of_the_earlier_layout_is_named_and_left_untouched(digits_home, left):
    (digits_home / left).parent.mkdir(parents=True, exist_ok=True)
    (digits_home / left).write_text("{}")
    before = content(digits_home)
    for use in (kept, lambda: keep("a")):
        with pytest.raises(StoreUnavailable, match="An earlier version of Digits .* another folder") as told:
            use()
        assert str(digits_home) not in str(told.value) and str(digits_home) in told.value.with_hint
    assert content(digits_home) == before


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), lambda file: file.write_bytes(b"")])
def test_a_database_that_was_lost_is_named_and_no_new_one_takes_its_place(digits_home, harm):
    keep("a")
    run = digits_home / "runs" / "20260101-120000-cnn"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}")  # written when a run has come to its end
    assert kept() == ["a"]
    for extra in ("-wal", "-shm"):
        (digits_home / f"digits.db{extra}").unlink(missing_ok=True)
    harm(digits_home / "digits.db")
    before = content(digits_home)
    for use in (kept, lambda: keep("a")):
        with pytest.raises(StoreUnavailable, match=r"database is missing or empty, but .* restore a backup\.$") as told:
            use()
        assert str(digits_home) not in str(told.value) and str(digits_home) in told.value.with_hint
    assert content(digits_home) == before


def test_a_home_that_only_has_data_or_folders_of_runs_is_no_earlier_one(digits_home):
    (digits_home / "runs" / "20260101-120000-cnn").mkdir(parents=True)
    (digits_home / "data" / "sample").mkdir(parents=True)
    keep("a")
    assert kept() == ["a"]


SECOND = """
INSERT INTO secrets SELECT name || '2', value FROM secrets;
-- A table of another form, as SQLite's manual wants it made: filled, and put in the place of the old one.
CREATE TABLE workers_2 (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT, foreground INTEGER, boot_id TEXT, pid_namespace TEXT, pid INTEGER,
  pid_started TEXT, renewed REAL, ended_by TEXT, ended_at REAL, host TEXT NOT NULL DEFAULT ''
);
INSERT INTO workers_2 SELECT *, '' FROM workers;
DROP TABLE workers;
ALTER TABLE workers_2 RENAME TO workers;
"""


@pytest.fixture
def second(digits_home, tmp_path, monkeypatch):
    """second() makes this process one of the next version. Returns the file of its migration, too."""
    file = tmp_path / "0002_second.sql"
    file.write_text(SECOND)

    def second():
        monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, file])
        return file

    return second


def reserve_a_task():
    """Write a row that refers to one of the table that the second version makes again."""
    with database.writing() as connection:
        connection.execute(
            "INSERT INTO workers (id, lane, foreground, boot_id, pid_namespace, renewed) VALUES (7, '', 0, '', '', 0)"
        )
        connection.execute(
            "INSERT INTO tasks (kind, subject, owner, lane, place, state, reserved) VALUES ('', '', '', '', 1, '', 7)"
        )


@pytest.mark.parametrize("use", [kept, lambda: keep("b")], ids=["read", "write"])
def test_a_database_of_an_older_version_is_migrated_and_loses_nothing(digits_home, raw, second, use):
    keep("a")
    reserve_a_task()
    first = len(schema.MIGRATIONS)
    second()
    use()
    assert {"a", "a2"} <= set(kept())
    assert raw("PRAGMA user_version") == [(first + 1,)]
    assert raw("SELECT reserved, host FROM tasks JOIN workers ON workers.id = reserved") == [(7, "")]
    database.check()


def test_a_new_home_has_the_newest_version_at_once(digits_home, raw, second):
    second()
    assert kept() == []
    keep("a")
    assert raw("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]


def test_a_process_of_an_older_version_notices_a_migration(digits_home, second, monkeypatch):
    keep("a")
    second()
    kept()
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:-1])
    with pytest.raises(StoreUnavailable, match="newer version"):
        keep("b")


MIGRATE = """
import os, signal, sqlite3, sys
from pathlib import Path
from digits.storage import database, schema
complete = sqlite3.complete_statement
def kill_in_the_middle(statement):
    if "ALTER" in statement:
        os.kill(os.getpid(), signal.SIGKILL)
    return complete(statement)
sqlite3.complete_statement = kill_in_the_middle
schema.MIGRATIONS.append(Path(sys.argv[1]))
with database.reading():
    print("never")
"""


def test_a_kill_in_the_middle_of_a_migration_leaves_the_older_version_whole(python, digits_home, raw, tmp_path, second):
    keep("a")
    process = python(MIGRATE, tmp_path / "0002_second.sql")
    assert process.communicate()[0] == "" and process.returncode == -signal.SIGKILL
    assert kept() == ["a"]  # as the older version sees it
    database.check()
    assert raw("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    second()
    assert kept() == ["a", "a2"]


# Where it cannot be had


def test_a_database_that_is_kept_locked_ends_in_a_sentence_and_can_be_read_meanwhile(digits_home, monkeypatch):
    keep("a")
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    with closing(sqlite3.connect(digits_home / "digits.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="The database is locked by another process. Try again"):
            keep("b")
        assert kept() == ["a"]
    keep("b")
    assert kept() == ["a", "b"]


def test_a_full_disk_is_named_loses_nothing_and_can_still_be_read(small_disk, monkeypatch):
    monkeypatch.setenv("DIGITS_HOME", str(small_disk))
    keep("a")
    filler = fill(small_disk)
    with pytest.raises(StoreUnavailable, match="The disk is full. Nothing was changed; make room and try again"):
        keep("b", "x" * 100_000)
    assert kept() == ["a"]
    filler.unlink()
    keep("c")
    assert kept() == ["a", "c"]
    database.check()


def test_a_disk_that_fills_up_while_the_database_is_written_loses_nothing(small_disk, monkeypatch):
    monkeypatch.setenv("DIGITS_HOME", str(small_disk))
    keep("a")
    with pytest.raises(StoreUnavailable, match="The disk is full"):
        keep("b", "x" * (8 << 20))
    assert kept() == ["a"]
    keep("c")
    assert kept() == ["a", "c"]


def test_a_full_disk_gets_no_half_database(small_disk, monkeypatch):
    monkeypatch.setenv("DIGITS_HOME", str(small_disk))
    filler = fill(small_disk)
    with pytest.raises(StoreUnavailable, match="The disk is full"):
        keep("a")
    assert kept() == [] and not database.exists() and database.file().stat().st_size == 0
    filler.unlink()
    keep("a")
    assert kept() == ["a"] and database.exists()


def harm(file, start, length=4096):
    with file.open("r+b") as whole:
        whole.seek(start)
        whole.write(b"\x55" * length)


def test_a_file_that_is_not_a_database_is_reported_as_damaged_with_the_remedy(digits_home):
    keep("a")
    harm(digits_home / "digits.db", 0)
    for use in (kept, lambda: keep("b"), database.check):
        with pytest.raises(StoreUnavailable, match="The database is damaged. Stop Digits and restore a backup") as told:
            use()
        assert "python -m digits restore FILE" in told.value.with_hint


def test_a_damaged_page_is_found_by_the_check(digits_home):
    keep("a")
    database.check()
    harm(digits_home / "digits.db", 8 * 4096)
    with pytest.raises(StoreUnavailable, match="The database is damaged"):
        database.check()


def test_a_row_without_what_it_refers_to_is_found_by_the_check(digits_home, raw):
    keep("a")
    raw("INSERT INTO ticks VALUES ('no-run', 1, 1, 1, 0.5, 0.5)")  # other programs need not hold to references
    with pytest.raises(StoreUnavailable) as told:
        database.check()
    assert "a row of ticks without its runs" in told.value.hint


def test_a_read_only_home_can_be_looked_at(digits_home, make_read_only):
    keep("a")
    before = content(digits_home)
    make_read_only(digits_home)
    assert kept() == ["a"]
    with pytest.raises(StoreUnavailable, match="cannot write its database. Check the disk and the right to write"):
        keep("b")
    assert content(digits_home) == before


KILLED_AFTER_A_COMMIT = """
import os, signal
from digits.storage import database
with database.writing() as connection:
    connection.execute("INSERT INTO secrets VALUES ('b', '')")
    connection.execute("COMMIT")
    os.kill(os.getpid(), signal.SIGKILL)  # before the write-ahead log went into the database
"""


def test_what_a_killed_process_wrote_is_seen_on_a_disk_that_became_read_only(python, digits_home, make_read_only):
    keep("a")
    assert python(KILLED_AFTER_A_COMMIT).wait() == -signal.SIGKILL
    assert (digits_home / "digits.db-wal").stat().st_size
    make_read_only(digits_home)
    assert kept() == ["a", "b"]


def test_a_write_ahead_log_that_cannot_be_read_is_not_passed_over(python, digits_home, make_read_only):
    keep("a")
    python(KILLED_AFTER_A_COMMIT).wait()
    (digits_home / "digits.db-shm").unlink()  # as by a copy of the two other files
    make_read_only(digits_home)
    with pytest.raises(StoreUnavailable):
        kept()


def test_a_home_that_is_a_file_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "file" / "home"))
    assert kept() == []
    with pytest.raises(StoreUnavailable, match="cannot write its files here: Not a directory. Allow .* another folder"):
        keep("a")


@pytest.mark.parametrize("name", ["x" * 300, "/".join(["x" * 200] * 30), "/".join(["x" * 200] * 4)])
def test_a_home_with_too_long_a_name_is_refused_in_words(tmp_path, monkeypatch, name):
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / name))
    with pytest.raises(StoreUnavailable) as told:
        keep("a")
    assert "cannot write" in str(told.value) and "xxx" not in str(told.value)
    try:
        assert kept() == []
    except DigitsError as error:
        assert "File name too long" in str(error)


def test_a_home_may_have_any_name(tmp_path, monkeypatch):
    for name in ("a b", "50%25?mode=ro#x", "häuschen", os.fsdecode(b"\xff")):
        monkeypatch.setenv("DIGITS_HOME", str(tmp_path / name))
        keep(f"in {name!r}")
        assert kept() == [f"in {name!r}"]
        assert Path(tmp_path / name / "digits.db").exists()


def test_a_home_behind_a_link_follows_the_link_at_once(tmp_path, monkeypatch):
    link = tmp_path / "link"
    monkeypatch.setenv("DIGITS_HOME", str(link))
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / name)
        assert kept() == []
        keep(name)
    assert kept() == ["second"]
    link.unlink()
    link.symlink_to(tmp_path / "first")
    assert kept() == ["first"]
