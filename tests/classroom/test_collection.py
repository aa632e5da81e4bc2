"""Drawings that are shared with the class, and what learns from them."""

import pytest

from digits import classes
from digits.classroom import collection
from digits.classroom.collection import Score
from digits.drawings import store as drawings
from digits.errors import DigitsError
from digits.evaluation import fine_tune_result
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.permissions import NotAllowed
from digits.runs import store as runs
from digits.runs.starter import run as starter
from digits.training.fine_tuning import is_held_out
from tests.acting import acting_as
from tests.classes.things import a_drawing
from tests.pages.conftest import execute

DRAWN = [a_drawing(7, 100 + 8 * number) for number in range(12)]


@pytest.fixture
def drawn(opened):
    """Anna has drawn eight, Ben four; nobody shares any."""
    drawings.merge(DRAWN[:8], owner="anna")
    drawings.merge(DRAWN[8:], owner="ben")
    return opened


def test_the_same_picture_belongs_to_each_who_has_drawn_it(drawn):
    """A zip that a friend exported holds their very drawings."""
    with acting_as("ben"):
        assert drawings.merge(DRAWN[:1], owner="ben").new == 1
        drawings.put(a_drawing(1, 100), owner="ben")
        collection.share("ben", True, DRAWN[0].id)
        assert not collection.is_shared("anna", DRAWN[0].id)
    with acting_as("anna"):
        assert drawings.find(DRAWN[0].id, ["anna"]).label == 7
        drawings.remove(DRAWN[0].id, owner="anna")
        assert drawings.find(DRAWN[0].id, ["anna"]) is None
    found = collection.collected(drawn)
    assert (found.owners, found.labels.tolist()) == (["ben"], [1])


def test_nobody_fills_the_server_for_the_others(drawn, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_OF_MEMBER", 8)
    with acting_as("anna"), pytest.raises(DigitsError, match="holds 8 of at most 8"):
        drawings.put(a_drawing(3, 300), owner="anna")
    with acting_as("ben"):
        drawings.put(a_drawing(3, 300), owner="ben")


def test_nothing_is_shared_at_first(drawn):
    assert collection.collected(drawn).ids == [] and collection.num_shared("anna") == 0


def test_a_drawing_is_shared_and_taken_back_by_itself(drawn):
    with acting_as("anna"):
        collection.share("anna", True, DRAWN[0].id)
        found = collection.collected(drawn)
        assert (found.ids, found.owners, found.labels.tolist()) == ([DRAWN[0].id], ["anna"], [7])
        assert (found.images[0] == DRAWN[0].seen).all() and collection.is_shared("anna", DRAWN[0].id)
        collection.share("anna", False, DRAWN[0].id)
    assert collection.collected(drawn).ids == []


def test_a_deleted_drawing_leaves_the_collection_and_comes_back_unshared(drawn):
    collection.share("anna", True)
    drawings.remove(DRAWN[0].id)
    assert len(collection.collected(drawn).ids) == 7
    drawings.put(DRAWN[0], owner="anna")
    assert len(collection.collected(drawn).ids) == 7


def test_a_new_label_keeps_a_drawing_in_the_collection(drawn):
    collection.share("anna", True, DRAWN[0].id)
    drawings.put(a_drawing(1, 100), owner="anna")
    assert collection.collected(drawn).labels.tolist() == [1]


def test_who_leaves_takes_their_drawings_along(drawn):
    collection.share("anna", True)
    classes.remove(classes.member("anna"))
    assert collection.collected(drawn).ids == []


def test_nobody_shares_for_another_but_the_teacher_may_take_out(drawn):
    with acting_as("ben"), pytest.raises(NotAllowed):
        collection.share("anna", True)
    with acting_as("anna"):
        collection.share("anna", True)
    with acting_as("teacher"):
        collection.share("anna", False, DRAWN[0].id)
    assert len(collection.collected(drawn).ids) == 7


def test_who_is_in_no_class_has_nobody_to_share_with(digits_home):
    drawings.put(DRAWN[0])
    with pytest.raises(DigitsError, match="Join a class first"):
        collection.share("local", True, DRAWN[0].id)


def test_a_network_learns_from_what_is_shared_and_its_run_is_found_again(drawn, no_workers):
    collection.share("anna", True)
    with acting_as("teacher"):
        run = collection.begin(drawn, starter(), owner="teacher")
    assert (run.owner, run.settings.parent, run.is_queued) == ("teacher", "starter", True)
    assert len(fine_tune_result.drawings(run).labels) == 8
    assert collection.newest_run(drawn, "teacher").id == run.id and collection.newest_run(drawn, "anna") is None


def test_a_pupil_learns_for_themselves_but_not_while_the_class_is_paused(drawn, no_workers):
    collection.share("anna", True)
    with acting_as("ben"):
        assert collection.begin(drawn, starter(), owner="ben").owner == "ben"
    classes.pause(drawn, True)
    with acting_as("ben"), pytest.raises(NotAllowed, match="paused"):
        collection.begin(drawn, starter(), owner="ben")
    assert runs.count() == 1


def test_scores_count_the_held_out_drawings_by_person_and_by_digit(with_run, drawn, no_workers):
    drawings.remove_all()
    # One held-out drawing of each person, and one of Ben's that he takes back.
    shared = [a_drawing(7, 60 + number) for number in range(60)]
    held_out = [drawing for drawing in shared if is_held_out(drawing.seen)][:3]
    learned = [drawing for drawing in shared if not is_held_out(drawing.seen)][:5]
    drawings.merge([held_out[0], *learned], owner="anna")
    drawings.merge(held_out[1:], owner="ben")
    for member in ("anna", "ben"):
        collection.share(member, True)
    run = collection.begin(drawn, starter(), owner="teacher")
    execute(
        "UPDATE runs SET (model, model_sha256) = (SELECT model, model_sha256 FROM runs WHERE id = ?) WHERE id = ?",
        with_run.id, run.id,
    )  # fmt: skip
    run = runs.get(run.id)
    data = fine_tune_result.drawings(run)
    rows = [{"label": 7, "before": 1, "after": 7, "held_out": bool(is_held_out)} for is_held_out in data.held_out]
    results.put(Subject.of(run), fine_tune_result.KIND, "", {"drawings": rows})
    collection.share("ben", False, held_out[2].id)
    one = Score(1, 0, 1)
    assert collection.by_person(drawn, run) == {"anna": one, "ben": one, "": one}
    assert collection.by_digit(run) == {7: Score(3, 0, 3)}
