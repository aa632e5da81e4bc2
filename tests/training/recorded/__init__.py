"""Trainings as they went, each recorded once: the ticks with their seconds, and the losses after each epoch."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def recorded(name: str) -> dict[str, Any]:
    """Return {settings, load, num_epochs, steps, end, ticks, epochs} of a recorded training.

    load: how many processes wanted the two cores. ticks: {epoch, step, steps, seconds}. end: seconds, of all of it.
    epochs: {epoch, loss, val_loss}.
    """
    saved = json.loads((FOLDER / f"{name}.json").read_text())
    steps = {"steps": saved["steps"]}
    ticks = [{"epoch": epoch, "step": step, "seconds": when} | steps for epoch, step, when in saved["ticks"]]
    rows = [{"epoch": number, "loss": loss, "val_loss": val} for number, (loss, val) in enumerate(saved["losses"], 1)]
    return saved | {"ticks": ticks, "epochs": rows}
