"""What each visitor drew last, kept for a day, so that it is on the canvas again after a reload."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from digits.storage import database

KEPT = timedelta(days=1)
MAX_BYTES = 64_000  # of one drawing; a digit has 2,000
MAX_DRAFTS = 500  # of all visitors


def save(strokes: list[Any], *, owner: str) -> None:
    """Keep the strokes, as `plain_strokes` returns them, in place of the owner's last ones; none are forgotten.

    More than MAX_BYTES are not kept either. Raises StoreUnavailable.
    """
    text = json.dumps(strokes, separators=(",", ":"))
    now = datetime.now(UTC)
    with database.writing(durable=False) as connection:
        connection.execute("DELETE FROM drafts WHERE owner = ? OR saved < ?", (owner, _time(now - KEPT)))
        if strokes and len(text) <= MAX_BYTES:
            connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (owner, _time(now), text))
            connection.execute(
                "DELETE FROM drafts WHERE owner NOT IN (SELECT owner FROM drafts ORDER BY saved DESC LIMIT ?)",
                (MAX_DRAFTS,),
            )


@database.parsing()
def load(*, owner: str) -> list[Any]:
    """Return the strokes that the owner drew last; none after a day. Raises StoreUnavailable."""
    oldest = _time(datetime.now(UTC) - KEPT)
    row = database.first("SELECT strokes FROM drafts WHERE owner = ? AND saved >= ?", (owner, oldest))
    return json.loads(row["strokes"]) if row else []


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
