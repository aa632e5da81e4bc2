"""What the report on a device says, as Markdown."""

import statistics

from digits.networks.architectures import RECIPES
from tests.benchmarks.engine.breakdown import PARTS

NUM_IMAGES = 38_400  # of one epoch of the tutorial's split
BOUNDS = {"products": "products", "bytes": "memory"}


def lines(results: dict) -> list[str]:
    """results: as `card.measure` gives them, or what there is of them so far."""
    said = _machine(results["machine"])
    if "fit_throughput" in results:
        said += _speeds(results["ceilings"], results["throughput"], results["fit_throughput"])
    if "breakdown" in results:
        said += _breakdown(results["breakdown"])
    if "race" in results:
        said += _race(results["race"])
    for network, runs in results.get("ours_to_goal", {}).items():
        said += ["", _goal(network, runs)]
    return said


def _machine(machine: dict) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return [f"{machine['date']}, commit {machine['commit']}; {machine['cpu']}, {machine['cores']} cores; {versions}"]


def _speeds(ceilings: dict, ours: dict, fit: dict) -> list[str]:
    said = [
        "",
        f"{ceilings['device']}: a float32 product at {ceilings['flops'] / 1e12:,.2f} TFLOP/s, a large copy at "
        f"{ceilings['bytes'] / 1e9:,.0f} GB/s, both measured here.",
        "",
        "| network | batch | images/s | s an epoch | floor, s | set by | times the floor | share of peak "
        "| `fit`, images/s | ratio | compiling, s |",
        "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for network, row in ours.items():
        for batch, speed in row["images_per_second"].items():
            floors, plain = ceilings["floors"][network][batch], fit[network][batch]
            binding = max(floors, key=floors.get)
            step = int(batch) / speed
            said.append(
                f"| {network} | {batch} | {speed:,.0f} | {NUM_IMAGES / speed:.3f} "
                f"| {floors[binding] * NUM_IMAGES / int(batch):.3f} | {BOUNDS[binding]} | {step / floors[binding]:.1f} "
                f"| {floors['products'] / step:.1%} | {plain:,.0f} | {speed / plain:.1f} "
                f"| {row['compile_seconds']:.1f} |"
            )
    memory = max(row["memory"] for row in ours.values())
    return [
        *said,
        "",
        "Floor: no step is faster than its products at the rate above, counted layer by layer, nor than moving the "
        "bytes that it has to touch at the least, counted too and moved here in the loop that trains (what fits into a "
        f"cache stays there). Share of peak: of the products alone. Peak memory: {memory / 1e6:,.0f} MB.",
    ]


def _breakdown(measured: dict) -> list[str]:
    said = [
        "",
        f"| where the time of a step goes | batch | ms | {' | '.join(PARTS)} |",
        f"| --- | ---: | ---: |{' ---: |' * len(PARTS)}",
    ]
    for network, row in measured.items():
        whole = sum(row["seconds"].values())
        shares = " | ".join(f"{seconds / whole:.0%}" for seconds in row["seconds"].values())
        said.append(f"| {network} | {row['batch_size']} | {1000 * whole:.3f} | {shares} |")
    return said


def _race(measured: dict) -> list[str]:
    counts = list(next(iter(measured.values()))["images_per_second"])
    said = [
        "",
        f"| a race on JAX, images/s of all together | batch | {' | '.join(counts)} |",
        f"| --- | ---: |{' ---: |' * len(counts)}",
    ]
    for network, row in measured.items():
        speeds = " | ".join(f"{speed:,.0f}" for speed in row["images_per_second"].values())
        said.append(f"| {network} | {row['batch_size']} | {speeds} |")
    return said


def _goal(network: str, runs: list[dict]) -> str:
    seconds, right = ([run[name] for run in runs] for name in ("seconds", "accuracy"))
    spread = f" ± {statistics.stdev(right):.2%}" if len(right) > 1 else ""
    as_it_should = runs[0]["augmentation"] == RECIPES[network].augmentation
    return (
        f"{network}: to {runs[0]['goal']:.1%} in {statistics.median(seconds):.1f} s (reached by "
        f"{sum(run['reached'] for run in runs)} of {len(runs)} seeds); its whole recipe"
        f"{'' if as_it_should else ', without its augmentation, which needs OpenCV,'} ends at "
        f"{statistics.mean(right):.2%}{spread}."
    )
