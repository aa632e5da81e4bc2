"""The secret of an installation."""

from digits.storage import secrets


def test_a_secret_is_made_once_and_each_has_its_own(digits_home):
    first = secrets.secret("visitors")
    assert len(bytes.fromhex(first)) == 32
    assert secrets.secret("visitors") == first != secrets.secret("others")


def test_another_home_has_another_secret(tmp_path, monkeypatch):
    found = set()
    for name in ("a", "b"):
        monkeypatch.setenv("DIGITS_HOME", str(tmp_path / name))
        found.add(secrets.secret("visitors"))
    assert len(found) == 2


def test_a_secret_that_cannot_be_stored_lasts_as_long_as_the_process(digits_home, make_read_only):
    make_read_only(digits_home)
    assert secrets.secret("visitors") == secrets.secret("visitors")
    assert list(digits_home.iterdir()) == []
