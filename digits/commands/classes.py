"""python -m digits class: open a class on this server, list and close classes, and help their members."""

import os
from pathlib import Path

from digits import classes
from digits.classes import Class, Member
from digits.classroom import closing
from digits.commands.printing import print_result
from digits.errors import DigitsError


def add_to(verbs) -> None:
    parser = verbs.add_parser("class", help="open a class on this server, list and close classes")
    parser.set_defaults(command=list_classes)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    action = actions.add_parser("open", help="open a class; prints its code and the teacher's PIN")
    action.add_argument("--name", required=True, help='such as "7b"')
    pin = "of the teacher, at least 4 characters; made and printed once without it"
    action.add_argument("--pin", nargs="?", help=pin)
    action.set_defaults(command=open_class)
    actions.add_parser("list", help="list the classes").set_defaults(command=list_classes)
    for command, about in (
        (members, "list the members of a class"),
        (link, "print the end of a member's personal link, for who lost theirs"),
        (remove, "take somebody out of a class, and delete all that they made"),
        (close, "close a class, and delete all that its members made"),
    ):
        action = actions.add_parser(command.__name__, help=about)
        action.add_argument("code", metavar="CODE")
        action.set_defaults(command=command)
    for command in ("link", "remove"):
        actions.choices[command].add_argument("name", metavar="FIRST_NAME")
    actions.choices["link"].add_argument("--new", action="store_true", help="make a new link; the old one is void")
    action = actions.choices["close"]
    action.add_argument("--keep", action="store_true", help="delete nothing")
    action.add_argument("--export", type=Path, metavar="FILE.zip", help="write everything into one zip first")


def open_class(options) -> None:
    pin = classes.make_pin() if options.pin is None else options.pin
    made = classes.create(options.name, pin)
    lines = [f"The class {made.name} is open. Its code is {made.code}; visitors join under /class."]
    if options.pin is None:
        lines.append(f"The teacher also types the PIN {pin}. It is not shown again.")
    print_result(options, _class_row(made) | {"pin": pin}, lines)


def list_classes(options) -> None:
    rows = [_class_row(each) for each in classes.all_classes()]
    lines = []
    for row in rows:
        state = "closed" if row["closed"] else "paused" if row["paused"] else "open"
        lines.append(f"{row['code']}  {state:6}  {row['members']:3} members  {row['name']}")
    print_result(options, rows, lines or ['No class is open. Open one: python -m digits class open --name "7b"'])


def members(options) -> None:
    rows = [_member_row(each) for each in classes.members(classes.get(options.code))]
    print_result(options, rows, (f"{row['role']:8}{row['first_name']}" for row in rows))


def link(options) -> None:
    member = _called(options)
    if options.new:
        member = classes.renew_key(member)
    path = f"/class/key/{member.key}"
    print_result(options, _member_row(member) | {"path": path}, [path])


def remove(options) -> None:
    member = _called(options)
    closing.clear(member.id)
    classes.remove(member)
    text = f"{member.first_name} is no longer in the class. All that they made was deleted."
    print_result(options, _member_row(member), [text])


def close(options) -> None:
    found = classes.get(options.code)
    if options.export:
        closing.export(found, options.export)
    closing.end(found, keep=options.keep)
    file = os.fspath(options.export) if options.export else None
    lines = [f"The class {found.name} is closed. " + ("Nothing was deleted." if options.keep else "It was deleted.")]
    if file:
        lines.append(f"All of it is in {file}.")
    print_result(options, {"class": found.name, "kept": options.keep, "export": file}, lines)


def _called(options) -> Member:
    for member in classes.members(classes.get(options.code)):
        if member.first_name.casefold() == options.name.casefold():
            return member
    raise DigitsError("Nobody in this class has that name.", "List them: python -m digits class members CODE")


def _class_row(each: Class) -> dict:
    names = ("code", "name", "opened", "closed", "paused", "hide_names")
    return {name: getattr(each, name) for name in names} | {"members": len(classes.members(each))}


def _member_row(member: Member) -> dict:
    return {name: getattr(member, name) for name in ("first_name", "role", "joined")}
