"""The score card of a model: how good it is on a named test set, and how it was trained."""

import re
from typing import Any

from digits.networks import architectures
from digits.networks.settings_table import SETTINGS
from digits.runs import starter
from digits.runs.run import Run

MARKDOWN = re.compile(r"[\\`*_{}\[\]<>$&|~#!:@]")
"""Characters with a meaning in Markdown; a backslash before them takes it away."""


def score_card(run: Run, report: dict[str, Any]) -> dict[str, Any]:
    """Return the card of `run` as plain values for JSON.

    report: from `digits.evaluation.evaluate`. drawn: {n, mean, worst, ways} on digits drawn with a pen, of the starter
    alone. size: of the LiteRT file, in bytes. Raises DamagedFile.
    """
    settings, details = run.trained_with, run.details
    trained = {
        "source": settings.source,
        "split": settings.split,
        "epochs": run.epochs_done,
        "seconds": details.get("seconds"),
        "learning_rate": settings.learning_rate,
        "seed": settings.seed,
        "racers": run.settings.racers,
        "best_of": details.get("best_of"),
        "device": details.get("device"),
        "versions": details.get("versions", {}),
    }
    if settings.members:  # each has its own
        trained |= dict.fromkeys(("epochs", "learning_rate", "seed"))
    return {
        "run": run.id,
        "name": run.title,
        "test": {name: report[name] for name in ("test", "source", "title", "n")},
        **{name: report[name] for name in ("accuracy", "interval", "loss", "calibration")},
        "corrected": report.get("corrected"),
        "drawn": starter.described()["pens"] if run.is_starter else None,
        "architecture": settings.architecture,
        "members": [f"{member.title} (seed {member.seed})" for member in settings.members],
        "changes": settings.changes,
        "parameters": architectures.num_parameters(settings),
        "size": run.model.file("model.tflite").stat().st_size,
        "trained": trained,
    }


def lines(card: dict[str, Any]) -> dict[str, str]:
    """Return the lines of a card for people: label -> value, each number with its unit and its uncertainty."""
    calibration, trained = card["calibration"], card["trained"]
    took = trained["seconds"]
    seconds = "unknown" if took is None else f"{took:.{int(took < 10)}f} s on {trained['device']}"
    rows = {
        "Test set": card["test"]["title"],
        "Accuracy": _accuracy(card),
        "Accuracy, label errors corrected": _accuracy(card["corrected"]) if card["corrected"] else "",
        "Loss": f"{card['loss']:.4f} nats (mean negative log-likelihood)",
        "Calibration error": f"{calibration['error_after']:.2%} ({calibration['error_before']:.2%} before the "
        f"temperature {calibration['temperature']:.2f})",
        "Pen-drawn digits": _drawn(card["drawn"]) if card["drawn"] else "",
        "Network": f"{architectures.TITLES[card['architecture']]} ({card['architecture']}), "
        f"{card['parameters']:,} parameters, {card['size'] / 1000:,.0f} kB",
        "Members": ", ".join(card["members"]),
        "Changed from this network": _changes(card["changes"]),
        "Trained on": f"{_name('source', trained['source'])}, {_name('split', trained['split'])}",
        "Epochs": _number(trained["epochs"], ","),
        "Learning rate": _number(trained["learning_rate"], ".3g"),
        "Networks at once": f"{trained['racers']}, the best was kept" if trained["racers"] > 1 else "",
        "Best of": f"{trained['best_of']:,} trials, chosen by validation accuracy" if trained.get("best_of") else "",
        "Time": seconds,
        "Seed": _number(trained["seed"], "d"),
        "Versions": ", ".join(f"{name} {version}" for name, version in trained["versions"].items()),
    }
    return {what: value for what, value in rows.items() if value}


def as_markdown(card: dict[str, Any]) -> str:
    """Return the card as a Markdown table."""
    rows = "\n".join(f"| {what} | {without_markdown(value)} |" for what, value in lines(card).items())
    return f"# {without_markdown(card['name'])}\n\n| {card['run']} | |\n| --- | --- |\n{rows}\n"


def without_markdown(text: str) -> str:
    """Return a text in which nothing means anything in Markdown: an imported run may say anything of itself."""
    return MARKDOWN.sub(r"\\\g<0>", text)


def _name(setting: str, value: str) -> str:
    return f"{SETTINGS[setting].choices[value]} ({value})"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _changes(changes: dict[str, Any]) -> str:
    """Return the settings that make a network another than the one of its name: "Filters 8, Activation SiLU"."""
    named = {
        name: f"{value:.3g}" if isinstance(value, float) else SETTINGS[name].choices.get(value, value)
        for name, value in changes.items()
    }
    return ", ".join(f"{SETTINGS[name].label} {value}" for name, value in named.items())


def _drawn(drawn: dict[str, Any]) -> str:
    styles = f"mean of {drawn['ways']} styles, {drawn['worst']:.2%} in the worst"
    return f"{drawn['mean']:.2%} of {drawn['n']:,} correct, {styles}"


def _accuracy(score: dict[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['accuracy']:.2%} (95% interval {low:.2%} to {high:.2%})"
