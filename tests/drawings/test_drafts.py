"""The last drawing of each visitor."""

from datetime import UTC, datetime, timedelta

import pytest

from digits.drawings import drafts
from digits.errors import StoreUnavailable
from digits.storage import database

STROKES = [{"path": [["M", 200, 60.5], ["L", 190, 320]], "strokeWidth": 24}]


def age(by: timedelta) -> None:
    """Make all drafts older."""
    with database.writing() as connection:
        connection.execute(
            "UPDATE drafts SET saved = ?", ((datetime.now(UTC) - by).isoformat(timespec="milliseconds"),)
        )


def owners() -> list[str]:
    with database.reading() as connection:
        return [row["owner"] for row in connection.execute("SELECT owner FROM drafts ORDER BY owner")]


def test_each_visitor_gets_their_own_last_drawing():
    drafts.save(STROKES, owner="a")
    drafts.save(STROKES * 2, owner="a")
    assert drafts.load(owner="a") == STROKES * 2 and drafts.load(owner="b") == []


def test_an_empty_canvas_forgets_it():
    drafts.save(STROKES, owner="a")
    drafts.save([], owner="a")
    assert owners() == []


def test_it_is_kept_for_a_day_and_then_removed():
    drafts.save(STROKES, owner="a")
    age(timedelta(hours=23))
    assert drafts.load(owner="a") == STROKES
    age(timedelta(hours=25))
    assert drafts.load(owner="a") == []
    drafts.save(STROKES, owner="b")
    assert owners() == ["b"]


def test_what_is_larger_than_a_drawing_is_not_kept_and_neither_is_what_was_there():
    drafts.save(STROKES, owner="a")
    drafts.save(STROKES * 2_000, owner="a")
    assert owners() == []


def test_of_many_visitors_the_last_ones_are_kept(monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 2)
    for hours, owner in ((3, "a"), (2, "b")):
        drafts.save(STROKES, owner=owner)
        with database.writing() as connection:
            earlier = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="milliseconds")
            connection.execute("UPDATE drafts SET saved = ? WHERE owner = ?", (earlier, owner))
    drafts.save(STROKES, owner="c")
    assert owners() == ["b", "c"]


def test_a_damaged_row_is_said():
    drafts.save(STROKES, owner="a")
    with database.writing() as connection:
        connection.execute("UPDATE drafts SET strokes = '[{'")
    with pytest.raises(StoreUnavailable):
        drafts.load(owner="a")


def test_asking_makes_no_file(digits_home):
    assert drafts.load(owner="a") == [] and not list(digits_home.iterdir())
