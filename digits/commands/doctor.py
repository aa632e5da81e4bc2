"""python -m digits doctor: is all well with this installation? The exit code is for monitoring."""

import json

from digits.commands import checks
from digits.errors import DigitsError


def add_to(verbs) -> None:
    parser = verbs.add_parser("doctor", help="check packages, disk, data, database, device, workers and a prediction")
    parser.set_defaults(command=run)


def run(options) -> int:
    """Print a line for each check; returns 0 only if all is well."""
    rows = []
    for name, check in checks.CHECKS.items():
        row = {"check": name, **_ask(check)}
        rows.append(row)
        if not options.json:
            print(f"{'ok' if row['ok'] else 'FAILED':8}{name:12}{row['said']}", flush=True)
    well = all(row["ok"] for row in rows)
    if options.json:
        print(json.dumps({"ok": well, "checks": rows}))
    return 0 if well else 1


def _ask(check) -> dict:
    try:
        return {"ok": True, "said": check()}
    except DigitsError as error:
        return {"ok": False, "said": error.with_hint}
    except Exception as error:  # what no check foresaw must not hide the findings of the others
        return {"ok": False, "said": f"Could not be checked ({type(error).__name__}: {str(error)[:300]})."}
