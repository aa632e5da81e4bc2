"""python -m digits class: open a class on this server, list and close classes, and help their members."""

import json
import os
from pathlib import Path

from digits import classes
from digits.classes import Class, Member
from digits.classroom import closing
from digits.errors import DigitsError


def add_to(verbs) -> None:
    parser = verbs.add_parser("class", help="open a class on this server, list and close classes")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=list_classes)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    action = actions.add_parser("open", help="open a class; prints its code and the teacher's PIN")
    action.add_argument("--name", required=True, help='such as "7b"')
    action.add_argument("--pin", help="of the teacher, at least 4 characters; made and printed once without it")
    action.set_defaults(command=open_class)
    actions.add_parser("list", help="list the classes").set_defaults(command=list_classes)
    for command, about in (
        (members, "list the members of a class"),
        (link, "print the end of a member's personal link, for who lost theirs"),
        (close, "close a class, and delete all that its members made"),
    ):
        action = actions.add_parser(command.__name__, help=about)
        action.add_argument("code", metavar="CODE")
        action.set_defaults(command=command)
    actions.choices["link"].add_argument("name", metavar="FIRST_NAME")
    action = actions.choices["close"]
    action.add_argument("--keep", action="store_true", help="delete nothing")
    action.add_argument("--export", type=Path, metavar="FILE.zip", help="write everything into one zip first")
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", help="print one JSON document")


def open_class(options) -> int:
    pin = options.pin or classes.make_pin()
    made = classes.create(options.name, pin)
    if options.json:
        print(json.dumps(_class_row(made) | {"pin": pin}))
        return 0
    print(f"The class {made.name} is open. Its code is {made.code}; visitors join under /class.")
    if not options.pin:
        print(f"The teacher also types the PIN {pin}. It is not shown again.")
    return 0


def list_classes(options) -> int:
    rows = [_class_row(each) for each in classes.all_classes()]
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        state = "closed" if row["closed"] else "paused" if row["paused"] else "open"
        print(f"{row['code']}  {state:6}  {row['members']:3} members  {row['name']}")
    if not rows:
        print('No class is open. Open one: python -m digits class open --name "7b"')
    return 0


def members(options) -> int:
    rows = [_member_row(each) for each in classes.members(classes.get(options.code))]
    print(json.dumps(rows) if options.json else "\n".join(f"{row['role']:8}{row['first_name']}" for row in rows))
    return 0


def link(options) -> int:
    found = classes.members(classes.get(options.code))
    for member in found:
        if member.first_name.casefold() == options.name.casefold():
            path = f"/class/key/{member.key}"
            print(json.dumps(_member_row(member) | {"path": path}) if options.json else path)
            return 0
    raise DigitsError("Nobody in this class has that name.", "List them: python -m digits class members CODE")


def close(options) -> int:
    found = classes.get(options.code)
    if options.export:
        closing.export(found, options.export)
    closing.end(found, keep=options.keep)
    file = os.fspath(options.export) if options.export else None
    if options.json:
        print(json.dumps({"class": found.name, "kept": options.keep, "export": file}))
        return 0
    print(f"The class {found.name} is closed. " + ("Nothing was deleted." if options.keep else "It was deleted."))
    if file:
        print(f"All of it is in {file}.")
    return 0


def _class_row(each: Class) -> dict:
    names = ("code", "name", "opened", "closed", "paused", "hide_names")
    return {name: getattr(each, name) for name in names} | {"members": len(classes.members(each))}


def _member_row(member: Member) -> dict:
    return {name: getattr(member, name) for name in ("first_name", "role", "joined")}
