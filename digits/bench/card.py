"""The device that trains, in one table: ours against plain `fit`, and both against what the device can do at all."""

import json
import statistics
import sys

from digits.bench import measurements

PARTS = ("ceilings", "throughput", "fit_throughput")
NUM_IMAGES = 38_400  # of one epoch of the tutorial's split


def measure(*, goals: bool = False) -> dict:
    """The results of each part, every one in a process of its own. goals: also train to 99.0 and 99.5 %."""
    results = {}
    for name in [*PARTS, *(["ours_to_goal"] if goals else [])]:
        print(f"{measurements.MEASUREMENTS[name][0]} ...", file=sys.stderr, flush=True)
        results[name] = measurements.run(name)
    return results


def table(results: dict) -> list[str]:
    """The results as Markdown."""
    ceilings, ours, fit = (results[name] for name in PARTS)
    lines = [
        f"{ceilings['device']}: a float32 product at {ceilings['flops'] / 1e12:,.2f} TFLOP/s, a copy at "
        f"{ceilings['bytes'] / 1e9:,.0f} GB/s, both measured here.",
        "",
        "| network | batch | images/s | s an epoch | `fit`, images/s | ratio | share of peak | compiling, s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for network, row in ours.items():
        for batch, speed in row["images_per_second"].items():
            plain = fit[network][batch]
            share = row["flops"] * speed / ceilings["flops"]
            lines.append(
                f"| {network} | {batch} | {speed:,.0f} | {NUM_IMAGES / speed:.3f} | {plain:,.0f} | {speed / plain:.1f} "
                f"| {share:.1%} | {row['compile_seconds']:.1f} |"
            )
    memory = max(row["memory"] for row in ours.values())
    lines += ["", f"Share of peak: counted products over the measured rate. Peak memory: {memory / 1e6:,.0f} MB."]
    for network, runs in results.get("ours_to_goal", {}).items():
        seconds, right = ([run[name] for run in runs] for name in ("seconds", "accuracy"))
        spread = statistics.stdev(right) if len(right) > 1 else 0.0
        lines.append(
            f"\n{network}: to its goal in {statistics.median(seconds):.1f} s (reached by "
            f"{sum(run['reached'] for run in runs)} of {len(runs)} seeds); its whole recipe "
            f"{'with' if runs[0]['augmentation'] else 'without'} augmentation ends at "
            f"{statistics.mean(right):.2%} ± {spread:.2%}."
        )
    return lines


if __name__ == "__main__":  # where there is neither OpenCV nor the rest of what the command line needs
    measured = measure(goals="--quick" not in sys.argv)
    print(json.dumps(measured), *table(measured), sep="\n")
