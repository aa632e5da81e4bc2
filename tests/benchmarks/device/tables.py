"""The results of a device as tables in Markdown."""

import statistics

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.breakdown import PARTS

NUM_IMAGES = 38_400  # of one epoch of the tutorial's split
BOUNDS = {"products": "products", "bytes": "memory"}


def lines(results: dict) -> list[str]:
    """results: as `report.measure` returns them; parts may be missing."""
    text = _machine(results["machine"])
    if "fit_throughput" in results:
        text += _speeds(results["ceilings"], results["throughput"], results["fit_throughput"])
    if "breakdown" in results:
        text += _breakdown(results["breakdown"])
    if "parallel_runs" in results:
        text += _parallel_runs(results["parallel_runs"])
    for network, runs in results.get("ours_to_goal", {}).items():
        text += ["", _goal(network, runs)]
    return text


def _machine(machine: dict) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return [f"{machine['date']}, commit {machine['commit']}; {machine['cpu']}, {machine['cores']} cores; {versions}"]


def _speeds(ceilings: dict, ours: dict, fit: dict) -> list[str]:
    text = [
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
            text.append(
                f"| {network} | {batch} | {speed:,.0f} | {NUM_IMAGES / speed:.3f} "
                f"| {floors[binding] * NUM_IMAGES / int(batch):.3f} | {BOUNDS[binding]} | {step / floors[binding]:.1f} "
                f"| {floors['products'] / step:.1%} | {plain:,.0f} | {speed / plain:.1f} "
                f"| {row['compile_seconds']:.1f} |"
            )
    memory = max(row["memory"] for row in ours.values())
    return [
        *text,
        "",
        "Floor: the time of a step's products at the rate above, or of moving the bytes that it must touch where that "
        "is longer. Both are counted; the bytes are moved in the loop that trains, so what fits into a cache stays "
        "there. Share of peak: of the products alone. A GPU may compute float32 products in TF32. "
        f"Peak memory: {memory / 1e6:,.0f} MB.",
    ]


def _breakdown(measured: dict) -> list[str]:
    text = [
        "",
        f"| where the time of a step goes | batch | ms | {' | '.join(PARTS)} |",
        f"| --- | ---: | ---: |{' ---: |' * len(PARTS)}",
    ]
    for network, row in measured.items():
        whole = sum(row["seconds"].values())
        shares = " | ".join(f"{seconds / whole:.0%}" for seconds in row["seconds"].values())
        text.append(f"| {network} | {row['batch_size']} | {1000 * whole:.3f} | {shares} |")
    return text


def _parallel_runs(measured: dict) -> list[str]:
    counts = list(next(iter(measured.values()))["images_per_second"])
    text = [
        "",
        f"| several networks at once on JAX, images/s of all together | batch | {' | '.join(counts)} |",
        f"| --- | ---: |{' ---: |' * len(counts)}",
    ]
    for network, row in measured.items():
        speeds = " | ".join(f"{speed:,.0f}" for speed in row["images_per_second"].values())
        text.append(f"| {network} | {row['batch_size']} | {speeds} |")
    return text


def _goal(network: str, runs: list[dict]) -> str:
    seconds, right = ([run[name] for run in runs] for name in ("seconds", "accuracy"))
    spread = f" ± {statistics.stdev(right):.2%}" if len(right) > 1 else ""
    augmented = runs[0]["augmentation"] == RECIPES[network].augmentation
    return (
        f"{network}: to {runs[0]['goal']:.1%} in {statistics.median(seconds):.1f} s (reached by "
        f"{sum(run['reached'] for run in runs)} of {len(runs)} seeds); its whole recipe"
        f"{'' if augmented else ', without its augmentation, which needs OpenCV,'} ends at "
        f"{statistics.mean(right):.2%}{spread}."
    )
