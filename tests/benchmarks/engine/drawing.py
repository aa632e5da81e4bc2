"""One drawing on one core, from the strokes that the browser sends to its probabilities and the detector's answer."""

import os
import time

NUM_DRAWINGS = 300


def measure() -> dict:
    """Return the milliseconds of a drawing, its path included: {n, median, p95, cpu (mean of processor time)}."""
    import cv2
    import numpy as np

    from digits.inference.detector import Detector
    from digits.inference.path_network import PathNetwork
    from digits.inference.prediction import predict, with_path
    from digits.inference.strokes import paint, read_strokes
    from digits.runs import models, starter

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    recognizer, detector, path_network = models.recognizer(starter.run()), Detector.bundled(), PathNetwork.bundled()
    rng = np.random.default_rng(0)
    walls, spent = [], 0.0
    for position in range(-10, NUM_DRAWINGS):  # the first ten warm up
        if position == 0:
            spent, walls = 0.0, []
        points = rng.uniform(40, 340, (rng.integers(3, 9), 2)).tolist()
        path = [["L" if number else "M", *point] for number, point in enumerate(points)]
        drawing = {"objects": [{"path": path, "strokeWidth": int(rng.integers(8, 41))}]}
        began, cpu = time.perf_counter(), time.process_time()
        strokes = read_strokes(drawing)
        ink = paint(strokes, (384, 384))
        with_path(predict(ink, recognizer, detector), path_network.predict(strokes, ink), joined=True)
        walls.append(1000 * (time.perf_counter() - began))
        spent += time.process_time() - cpu
    median, p95 = np.percentile(walls, [50, 95])
    return {
        "n": NUM_DRAWINGS,
        "median": float(median),
        "p95": float(p95),
        "cpu": 1000 * spent / NUM_DRAWINGS,
    }
