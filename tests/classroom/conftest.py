"""A class with a teacher and two pupils."""

import pytest

from digits import classes
from digits.classes import keys
from digits.classes.membership import TEACHER
from tests.pages.conftest import no_workers  # noqa: F401, a fixture


@pytest.fixture
def opened(digits_home, monkeypatch):
    """The class 7b with its teacher, Anna and Ben, who have made nothing yet."""
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    made = classes.create("7b", "123456")
    classes.join(made, "Ms Curie", "teacher", TEACHER)
    classes.join(made, "Anna", "anna")
    classes.join(made, "Ben", "ben")
    return made
