"""Classes that share this server, and who is in them.

This package knows neither runs nor drawings. What needs them, such as the end of a class, is in digits.classroom.
"""

from digits.classes.guard import resolve_by
from digits.classes.keys import make_pin, personal_key
from digits.classes.membership import (
    Member,
    NameTaken,
    by_key,
    is_full,
    join,
    member,
    members,
    place_of,
    places,
    remove,
    renew_key,
    was_member,
)
from digits.classes.store import (
    Class,
    all_classes,
    close,
    create,
    delete,
    find,
    get,
    has_pin,
    hide_names,
    keep_out,
    opened,
    pause,
)
