"""How long a network takes for one digit: the price of a larger network, or of several."""

import time

import numpy as np

from digits.inference.net import SIDE
from digits.inference.recognizer import Recognizer

ROUNDS = 25


def milliseconds(recognizers: list[Recognizer]) -> list[float]:
    """Return the milliseconds in which each predicts one digit here and now.

    They take turns, and the fastest of ROUNDS counts, because what else a machine does comes and goes.
    """
    blank = np.zeros((1, SIDE, SIDE), np.uint8)
    took = np.empty((ROUNDS, len(recognizers)))
    for times in took:
        for place, recognizer in enumerate(recognizers):
            began = time.perf_counter()
            recognizer.probabilities(blank)
            times[place] = time.perf_counter() - began
    return (1000 * took.min(axis=0)).tolist()
