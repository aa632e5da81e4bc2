"""The measurements of how cost grows, one process each, as JSON and as a figure."""

import os
from pathlib import Path

from tests.benchmarks import measurements
from tests.benchmarks.machine import machine
from tests.benchmarks.results import progress, write_json

BATCH_SIZES = [16, 64, 256, 1024, 4096]
NUM_DIGITS = [5_000, 20_000, 60_000, 240_000]


def write(folder: Path) -> dict:
    """Measure, and write scaling.json and scaling.svg into `folder`. Returns what is in the first."""
    most = len(os.sched_getaffinity(0))
    cores = [number for number in (1, 2, 4, 8, 16, 32) if number < most] + [most]
    result = {"machine": machine() | {"load": os.getloadavg()[0]}, "cores": {}, "digits": {}}
    for number in cores:
        result["cores"][number] = _run(f"On {number} of {most} cores", cores=number)
    batches = {"mlp": BATCH_SIZES, "cnn": BATCH_SIZES}
    result["batch_sizes"] = _run("Batches of 16 to 4,096", networks=batches)
    for number in NUM_DIGITS:
        result["digits"][number] = _run(f"{number:,} digits", num_digits=number, networks={"cnn": [256]})
    write_json(folder / "scaling.json", result)
    _draw(result, folder / "scaling.svg")
    return result


def _run(what: str, **how) -> dict:
    progress(f"{what} ...")
    return measurements.run("scaling", **how)


def _draw(result: dict, file: Path) -> None:
    """Draw what `write` measured."""
    from matplotlib.figure import Figure  # comes with mlxtend

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    by_cores, by_batch, by_digits = figure.subplots(1, 3)
    for network in next(iter(result["cores"].values()))["images_per_second"]:
        speeds = [next(iter(row["images_per_second"][network].values())) for row in result["cores"].values()]
        by_cores.plot([int(number) for number in result["cores"]], speeds, "o-", label=network)
    by_cores.set(xlabel="cores", ylabel="images a second", yscale="log", xticks=[int(n) for n in result["cores"]])
    for network, speeds in result["batch_sizes"]["images_per_second"].items():
        by_batch.plot([int(size) for size in speeds], list(speeds.values()), "o-", label=network)
    by_batch.set(xlabel="batch size", xscale="log", yscale="log", xticks=BATCH_SIZES, xticklabels=BATCH_SIZES)
    numbers = [int(number) for number in result["digits"]]
    by_digits.plot(numbers, [row["memory"] / 1e6 for row in result["digits"].values()], "s-", label="memory, MB")
    speeds = [row["images_per_second"]["cnn"] for row in result["digits"].values()]
    by_digits.plot(
        numbers, [next(iter(each.values())) / 1000 for each in speeds], "o-", label="cnn, 1,000 images a second"
    )
    by_digits.set(xlabel="digits", xscale="log", yscale="log", xticks=numbers, xticklabels=[f"{n:,}" for n in numbers])
    for axes in (by_cores, by_batch, by_digits):
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(file, metadata={"Date": None})
