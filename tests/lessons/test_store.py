import pytest

from digits.lessons import store
from digits.storage import database


def test_nothing_is_noted_of_who_has_not_begun(digits_home):
    assert store.note("visitor", "pixels", index=1) is False
    assert store.acts("visitor") == {} and not database.file().exists()


def test_an_act_is_noted_once_with_its_evidence_and_for_its_owner_alone(digits_home):
    store.begin("visitor")
    assert store.note("visitor", "pixels", index=1) and not store.note("visitor", "pixels", index=2)
    assert store.acts("visitor")["pixels"].evidence == {"index": 1}
    assert store.acts("other") == {} and store.note("other", "pixels", index=3) is False


def test_to_begin_again_forgets_what_was_done(digits_home):
    store.begin("visitor")
    before = store.acts("visitor")[store.BEGUN].done
    store.note("visitor", "pixels", index=1)
    store.begin("visitor")
    assert set(store.acts("visitor")) == {store.BEGUN} and store.acts("visitor")[store.BEGUN].done > before


@pytest.mark.parametrize("answer", ["A", "B"])
def test_an_answer_may_change(digits_home, answer):
    store.begin("visitor")
    store.replace("visitor", "answer", answer="C")
    store.replace("visitor", "answer", answer=answer)
    assert store.acts("visitor")["answer"].evidence == {"answer": answer}
