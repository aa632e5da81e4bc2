"""Measure the training engine on this machine, one measurement after the other, beside Keras, JAX and PyTorch."""

import argparse
import json
import statistics
from pathlib import Path

from digits.data.dataset import is_prepared
from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.training import threads
from tests.benchmarks import measurements
from tests.benchmarks.engine import scaling_report
from tests.benchmarks.machine import machine
from tests.benchmarks.measurements import title
from tests.benchmarks.results import progress

EPOCHS = ("keras_fit", "torch_eager", "jax_scan", "ours_on_jax", "ours")
OTHERS = ("drawing", "throughput", "ours_to_99", "keras_to_99")
CONVOLUTIONS = {
    "ours, all cores": ("convolutions", {}),
    "ours, one core an operation": ("convolutions", {"threads": 1}),
    "PyTorch, eager": ("torch_convolutions", {}),
    "PyTorch, compiled": ("torch_convolutions", {"compiled": True}),
}
"""What trains convolutional networks, in channels_last and with fused Adam where it is PyTorch."""
ROUNDS = 3  # by turns, because what else a machine does comes and goes; ratios are taken within a round
NUM_IMAGES = 38_400  # of one epoch of the tutorial's split


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="only the epoch of the tutorial's network")
    parser.add_argument("--torch", action="store_true", help="also PyTorch, which must be installed")
    parser.add_argument("--convolutions", action="store_true", help="only convolutional networks, beside PyTorch")
    parser.add_argument("--scaling", type=Path, metavar="FOLDER", help="only how cost grows, with a figure there")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.scaling:
        result = scaling_report.write(options.scaling)
        print(json.dumps(result) if options.json else f"{options.scaling / 'scaling.svg'} shows it.")
        return
    if (options.torch or options.convolutions) and not measurements.is_installed("torch_eager"):
        raise DigitsError("PyTorch is not installed. Run: pip install torch")
    epochs = [name for name in EPOCHS if name != "torch_eager" or options.torch]
    wanted = [*epochs * ROUNDS, *([] if options.quick else OTHERS)]
    results: dict = {}
    for name in [] if options.convolutions else wanted:
        if not measurements.is_installed(name) or (name.endswith("_to_99") and not is_prepared("mnist")):
            continue
        progress(f"{title(name)} ...")
        measured = measurements.run(name)
        if name in EPOCHS:
            results.setdefault(name, []).append(measured)
        else:
            results[name] = measured
    if options.convolutions or (options.torch and not options.quick):
        results["convolutions"] = _by_turns()
    result = {"machine": machine(), "results": results}
    print(json.dumps(result) if options.json else "\n".join(lines(result)))


def _by_turns() -> list[dict[str, dict[str, float]]]:
    """Return {who: {network and batch size: images a second}} of each round."""
    rounds = []
    for number in range(1, ROUNDS + 1):
        progress(f"Convolutional networks, round {number} of {ROUNDS} ...")
        rounds.append({who: measurements.run(name, **how) for who, (name, how) in CONVOLUTIONS.items()})
    return rounds


def lines(result: dict) -> list[str]:
    """The results as Markdown, ratios included."""
    machine, results = result["machine"], result["results"]
    text = [f"{machine['cpu']}, {machine['cores']} cores; commit {machine['commit']}", ""]
    text += [", ".join(f"{name} {version}" for name, version in machine["versions"].items()), ""]
    text += _epochs(results) if "ours" in results else []
    if "convolutions" in results:
        text += _convolutions(results["convolutions"])
    if drawing := results.get("drawing"):
        text += [
            "",
            f"A drawing on one core, from PNG bytes to probabilities and the detector's answer: median "
            f"{drawing['median']:.1f} ms, 95% within {drawing['p95']:.1f} ms.",
        ]
    if "throughput" in results:
        text += _throughput(results["throughput"])
    if "ours_to_99" in results:
        text += _to_99(results["keras_to_99"], results["ours_to_99"])
    return text


def _epochs(results: dict) -> list[str]:
    text = ["| the tutorial's network, one epoch with validation, batch 32 | seconds | images/s | ours is faster by |"]
    text += ["| --- | ---: | ---: | ---: |"]
    ours = [statistics.median(measured["epochs"]) for measured in results["ours"]]
    for name in (name for name in EPOCHS if name in results):
        rounds = [statistics.median(measured["epochs"]) for measured in results[name]]
        ratio = statistics.median(theirs / own for theirs, own in zip(rounds, ours, strict=True))
        seconds = statistics.median(rounds)
        text.append(f"| {title(name)} | {seconds:.3f} | {NUM_IMAGES / seconds:,.0f} | {ratio:.2f} |")
    imported, first = (statistics.median(row[key] for row in results["ours"]) for key in ("import", "first_epoch"))
    return [
        *text,
        "",
        f"Medians of {ROUNDS} rounds by turns, ratios within a round. Importing TensorFlow: {imported:.1f} s. First "
        f"epoch, compiling included: {first:.1f} s.",
    ]


def _convolutions(rounds: list[dict[str, dict[str, float]]]) -> list[str]:
    text = ["", "| training images/s | " + " | ".join(CONVOLUTIONS) + " | ours as chosen, beside PyTorch's best |"]
    text += ["| --- |" + " ---: |" * (len(CONVOLUTIONS) + 1)]
    for case in rounds[0]["ours, all cores"]:
        network, batch_size = case.split(", batch ")
        settings = make_settings(architecture=network, source="mnist", batch_size=int(batch_size))
        ours = "ours, one core an operation" if threads.wanted(settings) == threads.ONE else "ours, all cores"
        speeds = {who: statistics.median(each[who][case] for each in rounds) for who in CONVOLUTIONS}
        ratios = sorted(
            each[ours][case] / max(each[who][case] for who in CONVOLUTIONS if "PyTorch" in who) for each in rounds
        )
        ratio = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        text.append(f"| {case} | {' | '.join(f'{speed:,.0f}' for speed in speeds.values())} | {ratio} |")
    return text


def _throughput(networks: dict) -> list[str]:
    sizes = list(next(iter(networks.values()))["images_per_second"])
    text = ["", f"| training images/s | XLA | compiling, s | {' | '.join(f'batch {size}' for size in sizes)} |"]
    text += ["| --- | --- | ---: |" + " ---: |" * len(sizes)]
    for name, row in networks.items():
        speeds = " | ".join(f"{speed:,.0f}" for speed in row["images_per_second"].values())
        text.append(f"| {name} | {'on' if row['xla'] else 'off'} | {row['compile_seconds']:.1f} | {speeds} |")
    return text


def _to_99(keras: dict, ours: dict) -> list[str]:
    text = ["", "| to 99.0% on the official test set, compiling included | seconds | epochs | accuracy |"]
    text += ["| --- | ---: | ---: | ---: |"]
    for name, row in (("keras_to_99", keras), ("ours_to_99", ours)):
        text.append(f"| {title(name)} | {row['seconds']:.1f} | {row['epochs']} | {row['accuracy']:.2%} |")
    ratio = keras["seconds"] / ours["seconds"]
    return [*text, "", f"Ours needs 1/{ratio:.1f} of the time; its peak memory is {ours['peak_memory_mb']:,.0f} MB."]
