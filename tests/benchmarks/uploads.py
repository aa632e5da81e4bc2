"""Measure what hostile uploads cost: damaged files, headers that lie, bombs and nonsense of every format.

Each file is read as the page reads a picture. It must give ink, or one sentence. Files are made from seeds, 0 to N - 1.
"""

import argparse
import base64
import json
import struct
import time
import warnings
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from digits.errors import UnreadablePicture
from digits.inference.picture import upload_ink
from tests.benchmarks.results import progress
from tests.inference import test_picture as pictures

MEGABYTES, SECONDS = 400, 3  # at most, of memory and of processor time
BOMBS = 0.01  # of all files; each takes seconds
SIDES = 0, 1, 255, 4096, 6900, 7000, 8192, 16383, 30_000, 65_535, 2**31 - 1, 2**32 - 1
MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x24\0\0\0WEBPVP8 ", b"GIF89a", b"BM", b"II*\0", b"MM\0*"
MAGIC += (b"\0\0\0\x18ftypheic",)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--n", type=int, default=1000, metavar="N", help="how many files")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="of the first file")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    result = measure(range(options.first, options.first + options.n))
    print(json.dumps(result) if options.json else "\n".join(lines(result)))


def measure(seeds: range) -> dict:
    """Return {n, outcomes: {kind: {outcome: count}}, most_megabytes, most_seconds: [value, seed], failures: [...]}.

    A failure is a file that costs too much, crashes the process, or gets anything but ink or one sentence.
    """
    outcomes: dict[str, Counter] = {}
    most_megabytes, most_seconds, failures = [0.0, None], [0.0, None], []
    warnings.simplefilter("ignore")  # what Pillow thinks of the files
    pool = ProcessPoolExecutor(1)
    for done, seed in enumerate(seeds, start=1):
        try:
            kind, outcome, megabytes, seconds = pool.submit(cost, seed).result()
        except BrokenProcessPool:
            pool = ProcessPoolExecutor(1)
            kind, outcome, megabytes, seconds = hostile(seed)[0], "crashed", 0.0, 0.0
        outcomes.setdefault(kind, Counter())[outcome] += 1
        most_megabytes, most_seconds = max(most_megabytes, [megabytes, seed]), max(most_seconds, [seconds, seed])
        if outcome not in ("ink", "refused") or megabytes > MEGABYTES or seconds > SECONDS:
            failures.append({"seed": seed, "kind": kind, "outcome": outcome, "MB": megabytes, "s": seconds})
            progress(str(failures[-1]))
        if done % 1000 == 0:
            progress(f"{done:,} files")
    pool.shutdown()
    return {"n": len(seeds), "outcomes": {kind: dict(counts) for kind, counts in sorted(outcomes.items())},
            "most_megabytes": most_megabytes, "most_seconds": most_seconds, "failures": failures}  # fmt: skip


def cost(seed: int) -> tuple[str, str, float, float]:
    """Return kind, outcome, added megabytes at the peak (Linux) and processor seconds of one file."""
    kind, data = hostile(seed)
    before, start = _reset_peak(), time.process_time()
    outcome = read(data)
    return kind, outcome, _peak() - before, time.process_time() - start


def read(data: bytes) -> str:
    """Return "ink" or "refused" where all is well; otherwise what came instead."""
    try:
        ink = upload_ink(data)
    except UnreadablePicture as refused:
        return "refused" if pictures.is_short(str(refused)) else f"said: {refused}"
    except Exception as error:
        return f"{type(error).__module__}.{type(error).__name__}"
    return "ink" if ink.dtype == np.uint8 and ink.ndim == 2 and ink.size else f"ink of {ink.shape}, {ink.dtype}"


def hostile(seed: int) -> tuple[str, bytes]:
    """Return a file that somebody might send to do harm, and its kind."""
    rng = np.random.default_rng(seed)
    if rng.uniform() < BOMBS:
        return "bomb", bomb(rng)
    kind = str(rng.choice(["cut short", "bits flipped", "overwritten", "header lies", "spliced", "nonsense"]))
    files = whole()
    data = bytearray(files[rng.integers(len(files))])
    if kind == "cut short":
        return kind, bytes(data[: rng.integers(len(data))])
    if kind == "bits flipped":
        reach = len(data) if rng.uniform() < 0.5 else min(len(data), 200)  # all of it, or its header
        for at in rng.integers(0, reach, rng.integers(1, 64)):
            data[at] ^= 1 << rng.integers(8)
    elif kind == "overwritten":
        for at in rng.integers(0, len(data), rng.integers(1, 8)):
            data[at : at + rng.integers(32)] = rng.bytes(rng.integers(32))
    elif kind == "header lies":
        _lie(data, rng)
    elif kind == "spliced":
        other = files[rng.integers(len(files))]
        data = data[: rng.integers(len(data))] + other[rng.integers(len(other)) :]
    else:
        data = bytearray(MAGIC[rng.integers(len(MAGIC))] + rng.bytes(rng.integers(3000)))
    return kind, bytes(data)


def _lie(data: bytearray, rng: np.random.Generator) -> None:
    """Put other numbers where the header of each format has width and height, lengths, depth or kind."""
    one, two = (SIDES[place] for place in rng.integers(len(SIDES), size=2))
    if data.startswith(b"\x89PNG"):
        data[16:24] = struct.pack(">II", one, two)
        if rng.uniform() < 0.5:
            data[24:26] = rng.bytes(2)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))  # the lie is well-formed
    elif data.startswith(b"\xff\xd8"):
        frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
        data[frame + 5 : frame + 9] = struct.pack(">HH", one & 0xFFFF, two & 0xFFFF)
    elif data.startswith(b"GIF"):
        at = 6 if rng.uniform() < 0.5 else data.find(b"\x2c") + 5
        data[at : at + 4] = struct.pack("<HH", one & 0xFFFF, two & 0xFFFF)
    elif data.startswith(b"BM"):
        data[18:26] = struct.pack("<II", one, two)
        data[28:30] = struct.pack("<H", int(rng.choice([1, 4, 8, 16, 24, 32, 64])))
    elif data.startswith(b"RIFF"):
        at = 24 if data[12:16] == b"VP8X" else 26 if data[12:16] == b"VP8 " else 21
        data[at : at + 4] = struct.pack("<HH", one & 0x3FFF, two & 0x3FFF)
    elif (ispe := data.find(b"ispe")) >= 0:  # HEIC
        data[ispe + 8 : ispe + 16] = struct.pack(">II", one, two)
    else:  # TIFF: a value of one of the tags
        start = struct.unpack_from("<I" if data.startswith(b"II") else ">I", data, 4)[0]
        at = start + 2 + 12 * int(rng.integers(10)) + 4
        data[at : at + 8] = struct.pack("<II" if data.startswith(b"II") else ">II", one, two)


def bomb(rng: np.random.Generator) -> bytes:
    """Return a small file that unfolds to as much as the limits allow, or a little more."""
    side = int(rng.integers(5000, 8000))
    empty = Image.new("1", (side, side))
    kind = rng.integers(8)
    if kind == 0:
        depth, colours = [(8, 6), (16, 0), (16, 6), (1, 0), (8, 3)][rng.integers(5)]
        channels = pictures.CHANNELS[colours] * depth / 8
        row = bytes(int(1 + side * channels))
        pixels = pictures.chunk(b"IDAT", zlib.compress(row * side, 1))
        return pictures.png(pictures.header(side, side, depth, colours), pixels)
    if kind == 1:
        return pictures.encoded(empty, "GIF")
    if kind == 2:
        return pictures.encoded(empty, "TIFF", compression="group4")
    if kind == 3:
        return pictures.encoded(Image.new("RGBA", (side, side)), "TIFF", compression="tiff_adobe_deflate")
    if kind == 4:
        return pictures.encoded(Image.new("L", (side, side), 99), "JPEG", progressive=True, quality=5)
    if kind == 5:
        side = int(rng.integers(3000, 6000))
        return pictures.encoded(Image.new("RGBA", (side, side), (9, 9, 9, 99)), "WEBP", lossless=True, method=0)
    if kind == 6:
        scans = pictures.LAST_SCAN * int(rng.integers(50, 2000))
        return pictures.PROGRESSIVE[:-2] + scans + b"\xff\xd9"
    return pictures.png(pictures.header(384, 384), pictures.chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**7))) * 99)


@cache
def whole() -> list[bytes]:
    """Return small good files of every format, and the hostile ones that stand in the tests."""
    good = [data for data in pictures.PICTURES.values() if len(data) < 400_000]
    bad = [data for data in pictures.HOSTILE.values() if isinstance(data, bytes) and 16 < len(data) < 100_000]
    heic = base64.b64decode(pictures.HEIC)
    return [*good, *good, *bad, *[heic] * 6]


def lines(result: dict) -> list[str]:
    """Return the result as a table in Markdown."""
    rows = [
        f"| {kind} | {sum(counts.values()):,} | {counts.get('ink', 0):,} | {counts.get('refused', 0):,} |"
        for kind, counts in result["outcomes"].items()
    ]
    (megabytes, large), (seconds, slow) = result["most_megabytes"], result["most_seconds"]
    return [
        "| kind | files | read | refused in a sentence |", "| --- | ---: | ---: | ---: |", *rows, "",
        f"Of {result['n']:,} files {len(result['failures'])} failed. At most {megabytes:.0f} MB (seed {large}) "
        f"and {seconds:.1f} s of processor time (seed {slow}).",
    ]  # fmt: skip


def _reset_peak() -> float:
    """Let the peak of memory begin anew; return the memory in use, in MB. 0 where only Linux could tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024


def _peak() -> float:
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else 0.0
