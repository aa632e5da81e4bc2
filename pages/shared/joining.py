"""Join a class with its code.

Wrong codes, PINs and personal links are slowed down by address, and PINs also by class: who sits at the machine, or has
many addresses, tries no more of them.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from digits import classes
from digits.classes import Member, NameTaken
from digits.classes.keys import plain_code
from digits.classes.membership import PUPIL, TEACHER
from digits.errors import DigitsError
from pages.shared.middleware.rates import Buckets, Rate

WRONG = Rate(per_second=1 / 6, burst=30)  # of an address; a school has one. A PIN of six digits stands for months
MAX_PROBLEMS = 1000
_wrong, _lock = Buckets(WRONG), threading.Lock()


@dataclass(frozen=True)
class Problem:
    """Why somebody could not join, and what they had typed."""

    text: str = ""
    code: str = ""
    first_name: str = ""


_problems: OrderedDict[str, Problem] = OrderedDict()  # what the next page tells a visitor


def join(place: str, code: str, first_name: str, pin: str, visitor_id: str, *, comes_back: bool = False) -> Member:
    """Make a visitor a member of the class with this code; with the PIN its teacher. place: their address.

    comes_back: return the teacher who has this name already, for who has the PIN. Raises DigitsError.
    """
    with counted(place), counted(f"PIN of {plain_code(code)}") if pin else nullcontext():
        found = classes.find(code)
        if not found or (pin and not classes.has_pin(found, pin)):
            what = "code or that PIN" if pin else "code"
            raise DigitsError(f"That {what} isn't right. Type it as your teacher shows it.")
    try:
        return classes.join(found, first_name, visitor_id, TEACHER if pin else PUPIL)
    except NameTaken:
        name = first_name.strip().casefold()
        for member in classes.members(found) if comes_back and pin else ():
            if member.role == TEACHER and member.first_name.casefold() == name:
                return member
        raise


def problem(visitor_id: str) -> Problem:
    """Return why a visitor could not join a moment ago, once; an empty one if nothing went wrong."""
    return _problems.pop(visitor_id, Problem())


def tell(visitor_id: str, what: Problem) -> None:
    """Let the next page of a visitor say why they could not join."""
    _problems[visitor_id] = what
    if len(_problems) > MAX_PROBLEMS:
        _problems.popitem(last=False)


@contextmanager
def counted(name: str) -> Iterator[None]:
    """Count a try, which is given back where nothing is raised: then it was right."""
    with _lock:
        if _wrong.take(name) > 0:
            _wrong.give_back(name)
            raise DigitsError("Too many wrong codes came in. Wait a minute, then try again.")
    yield
    with _lock:
        _wrong.give_back(name)
