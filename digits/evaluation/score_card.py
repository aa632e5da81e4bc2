"""The score card of a model: how good it is on a named test set, and what it took, in the words of an honest seller."""

import re
from typing import Any

from digits.errors import DamagedFile
from digits.evaluation.folder import folder
from digits.networks import architectures
from digits.runs.run import Run
from digits.storage.records import read_json

MARKDOWN = re.compile(r"[\\`*_{}\[\]<>$&|~#!:@]")
"""What means something in Markdown, and nothing with a backslash before it."""


def score_card(run: Run, verdict: dict[str, Any]) -> dict[str, Any]:
    """All that is known about `run`, as plain values for JSON.

    verdict: as `digits.evaluation.evaluate.judge` makes it; the card takes over its accuracy, interval, corrected, loss
    and calibration. drawn is {n, mean, worst, ways} of pen-drawn digits, None where they were not measured; size is
    that of the LiteRT file in bytes. Raises DamagedFile.
    """
    config, status = run.trained_with, run.status()
    try:
        size = (run.path / "model.tflite").stat().st_size
    except OSError as error:
        raise DamagedFile(f"The model of the run {run.id} is missing; choose another or train it again.") from error
    return {
        "run": run.id,
        "name": run.name,
        "test": {name: verdict[name] for name in ("test", "source", "title", "n")},
        **{name: verdict[name] for name in ("accuracy", "interval", "loss", "calibration")},
        "corrected": verdict.get("corrected"),
        "drawn": _drawn(run),
        "architecture": config.architecture,
        "parameters": sum(layer["parameters"] for layer in architectures.layers(config.architecture)),
        "size": size,
        "trained": {
            "source": config.source,
            "split": config.split,
            "epochs": len(run.epochs()),
            "seconds": status.get("seconds"),
            "learning_rate": config.learning_rate,
            "seed": config.seed,
            "racers": run.config.racers,
            "device": status.get("device"),
            "versions": status.get("versions", {}),
        },
    }


def lines(card: dict[str, Any]) -> dict[str, str]:
    """What a card says, line by line: what -> how much, each number with its unit and its doubt."""
    calibration, trained = card["calibration"], card["trained"]
    seconds = "unknown" if trained["seconds"] is None else f"{trained['seconds']:.0f} s on {trained['device']}"
    said = {
        "Test set": card["test"]["title"],
        "Accuracy": _share(card),
        "Accuracy, wrong labels put right": _share(card["corrected"]) if card["corrected"] else "",
        "Loss": f"{card['loss']:.4f} nats (mean negative log-likelihood)",
        "Calibration error": f"{calibration['error_after']:.2%} ({calibration['error_before']:.2%} before the "
        f"temperature {calibration['temperature']:.2f})",
        "Pen-drawn digits": _drawn_line(card["drawn"]),
        "Network": f"{card['architecture']}, {card['parameters']:,} parameters, {card['size'] / 1000:,.0f} kB",
        "Learned from": f"{trained['source']}, split {trained['split']}, {trained['epochs']} epochs",
        "Learning rate": f"{trained['learning_rate']:.3g}",
        "Race": f"the best of {trained['racers']} on the validation digits" if trained["racers"] > 1 else "",
        "Time": seconds,
        "Seed": str(trained["seed"]),
        "Versions": ", ".join(f"{name} {version}" for name, version in trained["versions"].items()),
    }
    return {what: value for what, value in said.items() if value}


def as_markdown(card: dict[str, Any]) -> str:
    """The card as a table to be pasted anywhere."""
    rows = "\n".join(f"| {what} | {value} |" for what, value in lines(card).items())
    name = MARKDOWN.sub(r"\\\g<0>", card["name"])
    return f"# {name}\n\n| {card['run']} | |\n| --- | --- |\n{rows}\n"


def _share(score: dict[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['accuracy']:.2%} (95 % interval {low:.2%} to {high:.2%})"


def _drawn_line(drawn: dict[str, Any] | None) -> str:
    if not drawn:
        return "not measured"
    worst = f"{drawn['worst']:.2%} in the worst"
    return f"{drawn['mean']:.2%} of {drawn['n']:,}, mean of {drawn['ways']} ways to draw; {worst}"


def _drawn(run: Run) -> dict[str, Any] | None:
    """What `python -m digits pen` has measured and stored."""
    try:
        measured = read_json(folder(run, "pens") / "pens.json")
        drawn = {name: measured[name] for name in ("n", "mean", "worst")}
        return {**drawn, "ways": len(measured["ways"])}
    except (DamagedFile, KeyError, TypeError):
        return None
