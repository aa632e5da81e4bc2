"""The score card of a model: how good it is on a named test set, and what it took, in the words of an honest seller."""

import re
from typing import Any

from digits.networks import architectures
from digits.runs.run import Run

MARKDOWN = re.compile(r"[\\`*_{}\[\]<>$&|~#!:@]")
"""What means something in Markdown, and nothing with a backslash before it."""


def score_card(run: Run, report: dict[str, Any]) -> dict[str, Any]:
    """Return all that is known about `run`, as plain values for JSON.

    report: as `digits.evaluation.evaluate` makes it; the card takes over its accuracy, interval, corrected, loss and
    calibration. size is that of the LiteRT file in bytes. Raises DamagedFile.
    """
    settings, details = run.trained_with, run.details
    size = run.model.file("model.tflite").stat().st_size
    return {
        "run": run.id,
        "name": run.title,
        "test": {name: report[name] for name in ("test", "source", "title", "n")},
        **{name: report[name] for name in ("accuracy", "interval", "loss", "calibration")},
        "corrected": report.get("corrected"),
        "architecture": settings.architecture,
        "parameters": sum(layer["parameters"] for layer in architectures.layers(settings.architecture)),
        "size": size,
        "trained": {
            "source": settings.source,
            "split": settings.split,
            "epochs": run.epochs_done,
            "seconds": details.get("seconds"),
            "learning_rate": settings.learning_rate,
            "seed": settings.seed,
            "racers": run.settings.racers,
            "device": details.get("device"),
            "versions": details.get("versions", {}),
        },
    }


def lines(card: dict[str, Any]) -> dict[str, str]:
    """What a card says, line by line: what -> how much, each number with its unit and its doubt."""
    calibration, trained = card["calibration"], card["trained"]
    seconds = "unknown" if trained["seconds"] is None else f"{trained['seconds']:.0f} s on {trained['device']}"
    said = {
        "Test set": card["test"]["title"],
        "Accuracy": _share(card),
        "Accuracy, label errors corrected": _share(card["corrected"]) if card["corrected"] else "",
        "Loss": f"{card['loss']:.4f} nats (mean negative log-likelihood)",
        "Calibration error": f"{calibration['error_after']:.2%} ({calibration['error_before']:.2%} before the "
        f"temperature {calibration['temperature']:.2f})",
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
