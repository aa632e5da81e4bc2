import pytest

from digits.drawings import store
from digits.errors import DigitsError
from digits.storage import database, schema
from tests.drawings.conftest import STROKE, drawn


def test_a_drawing_is_read_as_it_was_stored(digits_home):
    drawing = drawn(1)
    store.put(drawing)
    [found] = store.drawings()
    assert (found.label, found.when, found.picture, found.id) == (1, drawing.when, drawing.picture, drawing.id)
    assert (found.seen == drawing.seen).all()
    assert found.strokes == [{"path": [["M", 200, 60], ["Q", 195.0, 190, 190, 320]], "strokeWidth": 24}]
    assert STROKE["fill"] not in str(found.strokes)


def test_the_same_picture_is_one_drawing_and_its_label_can_be_corrected(digits_home):
    store.put(drawn(1))
    store.put(drawn(7))
    assert [drawing.label for drawing in store.drawings()] == [7]


def test_alone_a_drawing_is_the_same_whoever_the_browser_was(digits_home):
    """Who loses their cookie and imports their own export again has nothing twice."""
    store.put(drawn(1), owner="before")
    assert store.merge([drawn(1)], owner="now").known == 1
    store.put(drawn(7), owner="now")
    assert [drawing.label for drawing in store.drawings()] == [7]
    assert store.remove(drawn(1).id, owner="now").owner == "before"


def test_a_removed_drawing_can_be_put_back(digits_home):
    store.put(drawn(1))
    gone = store.remove(drawn(1).id)
    assert store.drawings() == [] and store.remove(gone.id) is None
    store.put(gone)
    assert [drawing.id for drawing in store.drawings()] == [gone.id]


def test_every_change_is_a_new_revision(digits_home):
    revisions = [store.revision()]
    for change in (lambda: store.put(drawn(1)), lambda: store.put(drawn(7)), lambda: store.remove(drawn(1).id)):
        change()
        revisions.append(store.revision())
    assert revisions == sorted(set(revisions)) and len(revisions) == 4


def test_merging_stores_each_picture_once_and_counts_the_others(digits_home):
    store.put(drawn(1))
    store.put(drawn(7, x=120))
    theirs = [drawn(1), drawn(9, x=120), drawn(4, x=150), drawn(4, x=150)]
    assert store.merge(theirs) == store.Merged(new=1, known=1, other=1)
    assert store.merge(theirs) == store.Merged(new=0, known=2, other=1)
    assert sorted(drawing.label for drawing in store.drawings()) == [1, 4, 7]


def test_nothing_is_stored_without_room(digits_home, monkeypatch):
    monkeypatch.setattr(store, "MOST", 2)
    store.put(drawn(1))
    with pytest.raises(DigitsError, match="no room for 2 more: My drawings holds 1 of at most 2"):
        store.merge([drawn(7, x=120), drawn(4, x=150)])
    assert len(store.drawings()) == 1
    store.put(drawn(7, x=120))
    with pytest.raises(DigitsError, match="no room for 1 more: My drawings holds 2 of at most 2"):
        store.put(drawn(4, x=150))
    store.put(drawn(2, x=120))  # correcting needs no room


def test_a_merge_that_is_killed_in_the_middle_leaves_nothing_behind(digits_home, monkeypatch):
    put, calls = store._put, []

    def die_at_the_second(*arguments):
        if calls:
            raise KeyboardInterrupt
        calls.append(put(*arguments))

    monkeypatch.setattr(store, "_put", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        store.merge([drawn(1), drawn(7, x=120)])
    assert calls and store.drawings() == [] and store.revision() == 0


def test_images_and_labels_come_in_the_order_of_the_drawings(digits_home):
    store.merge([drawn(1), drawn(7, x=120), drawn(4, x=150)])
    ids, images, labels = store.images_and_labels()
    drawings = store.drawings()
    assert ids == [drawing.id for drawing in drawings]
    assert labels.tolist() == [drawing.label for drawing in drawings]
    assert (images == [drawing.seen for drawing in drawings]).all()


def test_without_a_drawing_there_are_no_images(digits_home):
    ids, images, labels = store.images_and_labels()
    assert (ids, images.shape, labels.shape) == ([], (0, 28, 28), (0,))


@pytest.mark.parametrize("hostile", ["../../chosen", "", "A" * 16, "0123456789abcdef\n", "' OR 1 --"])
def test_a_strange_id_finds_and_removes_nothing(digits_home, hostile):
    store.put(drawn(1))
    assert store.find(hostile) is None and store.remove(hostile) is None
    assert len(store.drawings()) == 1


def test_a_home_of_the_version_before_keeps_its_drawings(digits_home, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:9])
        with database.writing() as connection:
            columns = "(id, owner, label, created, seen, picture, strokes, shared)"
            drawing = drawn(7)
            connection.execute(
                f"INSERT INTO drawings {columns} VALUES (?, 'anna', 7, ?, ?, ?, '[]', 1)",
                (drawing.id, drawing.when, drawing.seen.tobytes(), drawing.picture),
            )
    assert [(found.id, found.owner, found.label) for found in store.drawings()] == [(drawing.id, "anna", 7)]
    with database.reading() as connection:
        assert connection.execute("SELECT shared FROM drawings").fetchone()["shared"] == 1
