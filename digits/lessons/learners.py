"""What learners have done: their acts, and the networks that they trained since. Of a class as quickly as of one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from digits.evaluation.store import ACCURACY
from digits.lessons.store import BEGUN, Act
from digits.storage import database


@dataclass(frozen=True)
class Network:
    """A run that came to its end after the beginning of the lesson."""

    architecture: str
    created: str
    """ISO 8601, UTC."""
    is_fine_tuned: bool
    accuracy: float | None
    """On the test set of its split, or else another; None while it is not evaluated."""
    learned: dict[str, Any] | None
    """Of the drawings that it learned: {n, before, after}; None of any other run, and of one that was healed."""


@dataclass(frozen=True)
class Learner:
    """Somebody who has begun a lesson, or has not: then there is nothing."""

    acts: dict[str, Act] = field(default_factory=dict)
    networks: list[Network] = field(default_factory=list)
    """The newest first."""

    def trained(self, since: str) -> list[Network]:
        """Return the evaluated networks made after a time that did not begin with another's weights."""
        found = [network for network in self.networks if network.created > since and not network.is_fine_tuned]
        return [network for network in found if network.accuracy is not None]


def learner(owner: str) -> Learner:
    """Return one learner. Raises StoreUnavailable."""
    return learners([owner])[owner]


@database.parsing()
def learners(owners: Sequence[str]) -> dict[str, Learner]:
    """Return the learners by their owner ids. Raises StoreUnavailable."""
    found = {owner: Learner() for owner in owners}
    marks = ", ".join("?" * len(found))
    acts = database.rows(f"SELECT owner, act, done, evidence FROM lesson_acts WHERE owner IN ({marks})", [*found])
    networks = database.rows(
        f"""SELECT runs.owner, architecture, created, json_extract(settings, '$.damage') AS damage,
              coalesce(json_extract(settings, '$.parent'), '') != '' AS is_fine_tuned,
              {ACCURACY} AS accuracy,
              (SELECT json_extract(value, '$.learned') FROM results
               WHERE subject = runs.id AND kind = 'fine_tune' AND made_from = model_sha256) AS learned
            FROM lesson_acts JOIN runs ON runs.owner = lesson_acts.owner AND runs.created > lesson_acts.done
              JOIN tasks ON tasks.id = runs.task
            WHERE act = '{BEGUN}' AND lesson_acts.owner IN ({marks}) AND tasks.state = 'done'
            ORDER BY created DESC, runs.id DESC""",
        [*found],
    )
    for row in acts:
        found[row["owner"]].acts[row["act"]] = Act(row["done"], json.loads(row["evidence"]))
    for row in networks:
        learned = json.loads(row["learned"]) if row["learned"] and not row["damage"] else None
        found[row["owner"]].networks.append(
            Network(row["architecture"], row["created"], bool(row["is_fine_tuned"]), row["accuracy"], learned)
        )
    return found
