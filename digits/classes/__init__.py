"""Classes that share this server, and who is in them.

This package knows neither runs nor drawings. What needs them, such as the end of a class, is in digits.classroom.
"""

from digits.classes.keys import make_pin, personal_key
from digits.classes.store import (
    Class,
    Member,
    NameTaken,
    all_classes,
    by_key,
    close,
    create,
    delete,
    find,
    get,
    guard_by,
    has_pin,
    hide_names,
    join,
    member,
    members,
    opened,
    pause,
    place_of,
    remove,
    renew_key,
    was_member,
)
