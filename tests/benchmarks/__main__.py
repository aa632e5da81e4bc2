"""python -m tests.benchmarks PART [options]: measure one part and print a table; PART --help lists its options."""

import argparse
import importlib
import os
import sys

from digits.errors import DigitsError

PARTS = {
    # name: (module, what it measures); only the chosen module is loaded: a bare machine lacks what others import
    "engine": ("engine.report", "the training engine against plain Keras, JAX and PyTorch"),
    "device": ("device.report", "the processor or GPU: this engine and plain fit against what the device can do"),
    "pack": ("device.pack", "make a folder that measures a bare machine with JAX for its GPU"),
    "paper": ("paper.report", "how well a model reads digits on paper, in photographs of many kinds"),
    "form": ("paper.form", "how many digits of a photographed form come out of the right box, in nine kinds"),
    "uploads": ("uploads", "what hostile uploads cost, and whether each gets one sentence"),
    "pens": ("pens.report", "how well a model reads digits drawn with a pen, in eight styles"),
    "numbers": ("numbers", "how often a number is taken for one digit, and a digit torn apart"),
    "detector": ("non_digits", "how often the digit detector accepts other drawings"),
    "audit": ("audit", "how many wrong labels the audit of a source finds"),
    "load": ("load.visitors", "how many visitors the server bears, without a browser"),
    "class": ("load.classroom", "how long a class waits that presses Start at once, and whether everybody sees when"),
    "hostile": ("load.hostile", "what a hostile visitor does to the others, without a browser"),
    "service": ("service", "how fast the prediction service answers, with wrk, and what bad requests leave"),
    "strokes": ("load.strokes", "how soon a stroke on the Draw page is answered, in Chromium"),
    "take-home": ("take_home", "how soon a take-home page answers a moving pen, in Chromium"),
    "runs": ("load.many_runs", "how long the pages take with many runs, without a browser"),
    "sweep": ("sweep", "what a sweep takes beyond its trainings, in the app's queue or on Ray"),
    "pages": ("load.pages", "how soon the Evaluate page opens and answers a click, in Chromium"),
}
PROGRAM = "python -m tests.benchmarks"


def main(arguments: list[str] | None = None) -> int:
    """Measure one part. Returns the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Measure one part; PART --help lists its options.",
        epilog="\n".join(f"{name:9} {what}" for name, (_, what) in PARTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", metavar="PART", choices=PARTS, help=", ".join(PARTS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    part = importlib.import_module(f"tests.benchmarks.{PARTS[chosen.part][0]}")
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {chosen.part}", description=part.__doc__)
    part.add_options(parser)
    try:
        part.run(parser.parse_args(chosen.options))
    except DigitsError as error:
        print(f"{parser.prog}: {error.with_hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
