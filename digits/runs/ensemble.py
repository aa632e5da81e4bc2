"""Join trained networks into one that predicts with the mean of their probabilities.

The mean of several networks that differ in their seed alone is more accurate than each of them, because they make
different mistakes (L. K. Hansen and P. Salamon, Neural network ensembles, 1990). It costs as much as all of them.
"""

import json
import sqlite3
from dataclasses import replace

import numpy as np

from digits import permissions, tasks
from digits.errors import BadConfig
from digits.networks.architectures import ENSEMBLE
from digits.networks.settings import Settings
from digits.permissions import Action
from digits.runs import store as runs
from digits.runs import transfer, updates
from digits.runs.run import Run
from digits.runs.store.rows import update
from digits.storage.files import write_new
from digits.storage.home import run_folder
from digits.tasks import COMPUTING

MEMBERS = "members"
"""The kind of the file with the weights of all members: an ensemble keeps copies, because its members may go."""


def begin(members: list[Run], *, name: str = "", owner: str = tasks.LOCAL, queued: bool = True) -> Run:
    """Make a run whose network is the ensemble of these; its task makes the model files, calibrates and evaluates.

    Raises BadConfig for runs that cannot be joined, DigitsError for one without a model, NotAllowed.
    """
    for member in members:
        permissions.demand(Action.USE, member.owner)
    settings = settings_for(members)
    weights = [weight for member in members for weight in transfer.weights(member)]
    details = {name: members[0].details.get(name) for name in ("device", "backend", "versions")}
    if None not in (seconds := [member.details.get("seconds") for member in members]):
        details["seconds"] = sum(seconds)  # what the training of all took

    def copy(connection: sqlite3.Connection, run_id: str) -> None:
        stored = write_new(run_folder(run_id), "members.npz", lambda part: np.savez(part, *weights))
        updates.add_file_within(connection, run_id, MEMBERS, 0, stored)
        update(connection, run_id, details=json.dumps(details))

    run = runs.create(settings, owner=owner, name=name, queued=queued, lane=COMPUTING, along=copy)
    if queued:
        tasks.look_after()
    return run


def settings_for(members: list[Run]) -> Settings:
    """Return the settings of the ensemble of these runs. Raises BadConfig where they cannot be joined."""
    if len({member.id for member in members}) < max(2, len(members)):
        raise BadConfig("An ensemble needs at least two different runs.")
    networks = tuple(replace(member.trained_with, parent=member.id) for member in members)
    return replace(networks[0], architecture=ENSEMBLE, parent="", damage="", members=networks)
