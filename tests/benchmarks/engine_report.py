"""python -m digits bench: measure this machine, one thing after the other."""

import json
import statistics
import sys
from pathlib import Path

from digits.data.dataset import is_prepared, open_dataset
from tests.benchmarks.engine import card, card_tables, measurements
from tests.benchmarks.engine.machine import machine
from tests.benchmarks.engine.pack import pack

EPOCHS = ("keras_fit", "torch_eager", "jax_scan", "ours_on_jax", "ours")
OTHERS = ("drawing", "throughput", "ours_to_99", "keras_to_99")
ROUNDS = 3  # by turns, because what else a machine does comes and goes; ratios are taken within a round
NUM_IMAGES = 38_400  # of one epoch of the tutorial's split


def add_to(verbs) -> None:
    parser = verbs.add_parser("bench", help="measure the engine against plain Keras, JAX and PyTorch")
    parser.add_argument("--device", action="store_true", help="the device: ours and plain fit, against its own limits")
    parser.add_argument("--goals", action="store_true", help="with --device: also cnn to 99.0, cnn-large to 99.5 %%")
    card.add_options(parser)
    parser.add_argument("--pack", type=Path, metavar="FOLDER", help="make a folder to measure a bare machine with JAX")
    parser.add_argument("--python", default="3.12", metavar="V", help="with --pack: that machine's version of Python")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    if options.pack:
        size = pack(options.pack, python=options.python)
        print(f"{options.pack} has {size} MB. Bring it to the machine and run there: sh {options.pack.name}/run.sh")
        return 0
    if options.device:
        if options.goals:
            open_dataset("mnist")  # said now, not after minutes
        measured = card.report(options, goals=options.goals)
        print(json.dumps(measured) if options.json else "\n".join(card_tables.lines(measured)))
        return 0
    results: dict = {}
    for name in [*EPOCHS * ROUNDS, *([] if options.quick else OTHERS)]:
        if not measurements.is_installed(name) or (name.endswith("_to_99") and not is_prepared("mnist")):
            continue
        print(f"{measurements.MEASUREMENTS[name][0]} ...", file=sys.stderr, flush=True)
        measured = measurements.run(name)
        if name in EPOCHS:
            results.setdefault(name, []).append(measured)
        else:
            results[name] = measured
    result = {"machine": machine(), "results": results}
    print(json.dumps(result) if options.json else "\n".join(table(result)))
    return 0


def table(result: dict) -> list[str]:
    """The results as Markdown, ratios included."""
    machine, results = result["machine"], result["results"]
    lines = [f"{machine['cpu']}, {machine['cores']} cores; commit {machine['commit']}", ""]
    lines += [", ".join(f"{name} {version}" for name, version in machine["versions"].items()), ""]
    lines += [
        "| the tutorial's network, one epoch with validation, batch 32 | seconds | images/s | ours is faster by |"
    ]
    lines += ["| --- | ---: | ---: | ---: |"]
    for name in (name for name in EPOCHS if name in results):
        rounds = [statistics.median(measured["epochs"]) for measured in results[name]]
        ours = [statistics.median(measured["epochs"]) for measured in results["ours"]]
        ratio = statistics.median(theirs / own for theirs, own in zip(rounds, ours, strict=True))
        seconds = statistics.median(rounds)
        speed = f"{NUM_IMAGES / seconds:,.0f}"
        lines.append(f"| {measurements.MEASUREMENTS[name][0]} | {seconds:.3f} | {speed} | {ratio:.2f} |")
    imported, first = (statistics.median(m[key] for m in results["ours"]) for key in ("import", "first_epoch"))
    lines += ["", f"Medians of {ROUNDS} rounds by turns, ratios within a round."]
    lines[-1] += f" Importing TensorFlow: {imported:.1f} s. First epoch, compiling included: {first:.1f} s."
    if drawing := results.get("drawing"):
        lines += [
            "",
            f"A drawing on one core, from PNG bytes to probabilities and refusal: median {drawing['median']:.1f} ms, "
            f"95 % within {drawing['p95']:.1f} ms.",
        ]
    if throughput := results.get("throughput"):
        sizes = list(next(iter(throughput.values()))["images_per_second"])
        lines += ["", f"| training images/s | XLA | compiling, s | {' | '.join(f'batch {size}' for size in sizes)} |"]
        lines += ["| --- | --- | ---: |" + " ---: |" * len(sizes)]
        for name, row in throughput.items():
            speeds = " | ".join(f"{speed:,.0f}" for speed in row["images_per_second"].values())
            lines.append(f"| {name} | {'on' if row['xla'] else 'off'} | {row['compile_seconds']:.1f} | {speeds} |")
    if goal := results.get("ours_to_99"):
        lines += ["", "| to 99.0 % on the official test set, compiling included | seconds | epochs | accuracy |"]
        lines += ["| --- | ---: | ---: | ---: |"]
        for name in ("keras_to_99", "ours_to_99"):
            row, title = results[name], measurements.MEASUREMENTS[name][0]
            lines.append(f"| {title} | {row['seconds']:.1f} | {row['epochs']} | {row['accuracy']:.2%} |")
        ratio = results["keras_to_99"]["seconds"] / goal["seconds"]
        lines += ["", f"Ours needs 1/{ratio:.1f} of the time; its peak memory is {goal['peak_memory_mb']:,.0f} MB."]
    return lines
