"""Classes and their members."""

import pytest

from digits import classes
from digits.classes import keys
from digits.errors import BadConfig, DigitsError
from digits.storage import database


@pytest.fixture
def opened(digits_home, monkeypatch):
    """An open class with the PIN 123456."""
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    return classes.create("7b", "123456")


def test_a_class_has_a_code_that_may_be_typed_in_any_case_and_a_pin_of_which_only_a_salted_hash_is_kept(opened):
    assert classes.find(f" {opened.code[:3].lower()}-{opened.code[3:]} ") == opened and classes.find("AAAAAA") is None
    assert classes.has_pin(opened, "123456") and not classes.has_pin(opened, "123457")
    other = classes.create("8a", "123456")
    assert other.code != opened.code and classes.opened() == [opened, other]
    with database.reading() as connection:
        kept = [tuple(row) for row in connection.execute("SELECT * FROM classes")]
    assert kept[0][4] != kept[1][4] and "123456" not in str(kept)  # the same PIN has another hash


@pytest.mark.parametrize(("name", "pin"), [("", "123456"), ("x" * 25, "123456"), ("7b", "123"), ("7\u202eb", "12345")])
def test_names_and_pins_that_will_not_do_are_refused(digits_home, name, pin):
    with pytest.raises(BadConfig):
        classes.create(name, pin)
    assert classes.opened() == []


def test_a_visitor_joins_under_a_first_name_that_nobody_else_has(opened):
    anna = classes.join(opened, "  Anna ", "a")
    assert (anna.first_name, anna.role, classes.member("a")) == ("Anna", "pupil", anna)
    with pytest.raises(classes.NameTaken, match="Add a letter"):
        classes.join(opened, "ANNA", "b")
    assert classes.member("b") is None and classes.join(opened, "Anna K", "b").id == "b"
    assert classes.join(opened, "Anne", "a").first_name == "Anne"  # of oneself
    assert [member.first_name for member in classes.members(opened)] == ["Anne", "Anna K"]


@pytest.mark.parametrize("invisible", ["\ufe0f", "\u034f", "\u3164", "\u2800"])
def test_what_nobody_sees_makes_no_other_name(opened, invisible):
    classes.join(opened, "Anna", "a")
    with pytest.raises(classes.NameTaken):
        classes.join(opened, f"Anna{invisible}", "b")
    with pytest.raises(BadConfig):
        classes.join(opened, invisible, "b")


@pytest.mark.parametrize(
    ("first_name", "why"),
    [
        ("\u0410nna", "letters of two alphabets"),
        ("Ann\u03b1", "letters of two alphabets"),
        ("An\u200bna", "characters that nobody can see"),
        ("Anna\u202e", "characters that nobody can see"),
        (" \ufe0f ", "is empty"),
        ("A" * 25, "is too long"),
    ],
)
def test_a_name_that_will_not_do_is_told_why(opened, first_name, why):
    with pytest.raises(BadConfig, match=f"The first name .*{why}"):
        classes.join(opened, first_name, "a")


def test_a_name_wholly_in_letters_that_look_like_those_of_another_is_taken(opened):
    classes.join(opened, "Copa", "a")
    with pytest.raises(classes.NameTaken):
        classes.join(opened, "\u0421\u043e\u0440\u0430", "b")


@pytest.mark.parametrize("first_name", ["Анна", "Ελένη", "Zoë", "さくら 花子", "김 Anna", "O’Neil", "Nguyễn", "فاطمة"])
def test_every_alphabet_has_its_names(opened, first_name):
    assert classes.join(opened, first_name, "a").first_name == first_name


def test_a_teacher_stays_the_teacher_whoever_joins_again_without_the_pin(opened):
    assert classes.join(opened, "Ms Lee", "t", "teacher").role == "teacher"
    assert classes.join(opened, "Ms Lee", "t").role == "teacher"


def test_a_visitor_is_in_one_class_at_a_time(opened):
    other = classes.create("8a", "123456")
    classes.join(opened, "Anna", "a")
    with pytest.raises(DigitsError, match="another class"):
        classes.join(other, "Anna", "a")
    classes.close(opened)
    assert classes.member("a") is None and classes.was_member("a")
    assert classes.join(other, "Anna", "a").class_id == other.id
    with pytest.raises(DigitsError, match="closed"):
        classes.join(opened, "Bert", "b")


def test_a_class_takes_so_many_members_and_no_more(opened, monkeypatch):
    monkeypatch.setattr("digits.classes.membership.MAX_MEMBERS", 1)
    classes.join(opened, "Anna", "a")
    with pytest.raises(DigitsError, match="full"):
        classes.join(opened, "Bert", "b")


def test_nobody_fills_a_class_with_invented_pupils_and_its_teacher_lets_more_in(opened, monkeypatch):
    def come(number):
        return classes.join(opened, f"Pupil {number}", f"p{number}")

    monkeypatch.setattr("digits.classes.store.PLACES", 2)
    classes.keep_out(opened, False)
    assert come(1) and not classes.is_full(classes.get(opened.id)) and come(2)
    assert classes.is_full(classes.get(opened.id))
    with pytest.raises(DigitsError, match="Nobody else may join this class for now. Ask your teacher"):
        come(3)
    assert come(1) and classes.join(opened, "Ms Lee", "t", "teacher")  # who is in it, and who has the PIN
    classes.keep_out(opened, False)
    assert come(3) and come(4)
    classes.remove(come(4))
    classes.keep_out(opened, True)
    with pytest.raises(DigitsError, match="Nobody else"):
        come(4)


def test_a_class_opens_for_more_than_a_school_class(opened):
    assert opened.places >= 35 and not classes.is_full(opened)


def test_a_personal_link_names_its_member_until_it_is_renewed_or_the_class_closes(opened):
    anna = classes.join(opened, "Anna", "a")
    assert classes.by_key(anna.key) == anna
    new = classes.renew_key(anna)
    assert classes.by_key(anna.key) is None and classes.by_key(new.key) == new
    forged = anna.key.replace("a-1", "b-1")
    assert [classes.by_key(key) for key in (forged, "", "a", "a-1-", "a-²-x", "\0" * 999)] == [None] * 6
    classes.close(opened)
    assert classes.by_key(new.key) is None


def test_who_is_taken_out_of_the_class_is_a_stranger_and_their_name_is_free(opened):
    classes.remove(classes.join(opened, "Anna", "a"))
    assert classes.member("a") is None and classes.join(opened, "Anna", "b")


def test_a_class_is_paused_hides_names_closes_and_is_forgotten_with_its_members(opened):
    classes.join(opened, "Anna", "a")
    classes.pause(opened, True)
    classes.hide_names(opened, True)
    found = classes.get(opened.code)
    assert found.paused and found.hide_names and found == classes.get(opened.id)
    classes.close(opened)
    assert classes.opened() == [] and classes.get(opened.id).closed
    classes.delete(opened)
    assert classes.all_classes() == [] and not classes.was_member("a")


def test_asking_about_classes_makes_no_database(digits_home):
    assert classes.opened() == [] and classes.member("a") is None and not list(digits_home.iterdir())
