"""The report on a device: what it counts, how it prints, and that it ends in time."""

import json
from argparse import ArgumentParser
from types import SimpleNamespace

import pytest

from tests.benchmarks import measurements
from tests.benchmarks.device import report, tables
from tests.benchmarks.device.counting import training_bytes, training_flops
from tests.training.conftest import output_of

RESULTS = {
    "machine": {"date": "2026-11-25", "commit": "abc", "cpu": "A", "cores": 2, "versions": {"keras": "3"}},
    "ceilings": {
        "device": "Fake GPU", "flops": 50e12, "bytes": 3e12,
        "floors": {"mlp": {"32": {"products": 4e-6, "bytes": 2e-6}, "512": {"products": 4e-6, "bytes": 8e-6}}},
    },
    "throughput": {
        "mlp": {
            "xla": True, "compile_seconds": 2.0, "memory": 700_000_000,
            "images_per_second": {"32": 1_000_000.0, "512": 16_000_000.0},
        }
    },
    "fit_throughput": {"mlp": {"32": 50_000.0, "512": 4_000_000.0}},
}  # fmt: skip
RUN = {"goal": 0.995, "seconds": 10.0, "epochs": 3, "accuracy": 0.994, "reached": False, "augmentation": True}


def test_the_table_holds_ours_against_fit_and_against_the_floor_of_products_or_of_memory():
    text = tables.lines(RESULTS)
    assert text[0] == "2026-11-25, commit abc; A, 2 cores; keras 3"
    assert text[2].startswith("Fake GPU: a float32 product at 50.00 TFLOP/s, a large copy at 3,000 GB/s")
    assert "| mlp | 32 | 1,000,000 | 0.038 | 0.005 | products | 8.0 | 12.5% | 50,000 | 20.0 | 2.0 |" in text
    assert "| mlp | 512 | 16,000,000 | 0.002 | 0.001 | memory | 4.0 | 12.5% | 4,000,000 | 4.0 | 2.0 |" in text
    assert "Peak memory: 700 MB." in "\n".join(text)


def test_where_the_time_goes_and_parallel_runs_are_shown_and_missing_parts_are_left_out():
    parts = dict(zip(("gathering", "forward", "backward", "optimizer"), (1e-4, 2e-4, 3e-4, 4e-4), strict=True))
    more = {
        "breakdown": {"mlp": {"batch_size": 32, "seconds": parts}},
        "parallel_runs": {"mlp": {"batch_size": 32, "images_per_second": {"1": 1_000.0, "4": 3_900.0}}},
    }
    text = tables.lines(RESULTS | more)
    assert "| mlp | 32 | 1.000 | 10% | 20% | 30% | 40% |" in text
    assert "| mlp | 32 | 1,000 | 3,900 |" in text
    assert tables.lines({"machine": RESULTS["machine"]}) == [text[0]]


def test_the_goals_are_shown_with_their_spread_over_the_seeds():
    runs = [
        RUN | {"seconds": seconds, "accuracy": right, "reached": right >= 0.995}
        for seconds, right in ((10.0, 0.994), (12.0, 0.996), (14.0, 0.998))
    ]
    text = tables.lines(RESULTS | {"ours_to_goal": {"cnn-large": runs}})[-1]
    assert text.startswith("cnn-large: to 99.5% in 12.0 s (reached by 2 of 3 seeds)")
    assert text.endswith("; its whole recipe ends at 99.60% ± 0.20%.")
    text = tables.lines(RESULTS | {"ours_to_goal": {"cnn-large": [RUN | {"augmentation": False}]}})[-1]
    assert text.endswith("its whole recipe, without its augmentation, which needs OpenCV, ends at 99.40%.")


def test_results_are_kept_after_each_part_and_no_training_starts_that_would_not_end_in_time(monkeypatch):
    clock, asked, kept = SimpleNamespace(now=0.0), [], []

    def run(name, **settings):
        asked.append((name, *settings.values()))
        clock.now += 60 * 8 if name == "ours_to_goal" else 60
        return RUN

    monkeypatch.setattr(report.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(measurements, "run", run)
    monkeypatch.setattr(measurements, "is_installed", lambda name: name != "parallel_runs")
    results = report.measure(
        ["mlp", "cnn", "cnn-large"], seeds=5, minutes=30, on_results=lambda r: kept.append(json.dumps(r))
    )
    assert [name for name, *_ in asked[:4]] == ["ceilings", "throughput", "breakdown", "fit_throughput"]
    # 4 minutes and three times 8: a fourth time would end after 36.
    assert asked[4:] == [("ours_to_goal", "cnn", 0), ("ours_to_goal", "cnn-large", 0), ("ours_to_goal", "cnn", 1)]
    assert len(kept) == 7 and json.loads(kept[-1]) == json.loads(json.dumps(results))


@pytest.mark.parametrize(
    ("given", "networks", "seeds"),
    [
        (["--goals"], ["linear", "mlp", "cnn", "cnn-large"], 5),
        (["--goals", "--quick"], ["mlp"], 0),
        (["--goals", "--networks", "cnn", "--seeds", "2"], ["cnn"], 2),
        ([], ["linear", "mlp", "cnn", "cnn-large"], 0),
    ],
)
def test_quick_means_the_tutorials_network_and_no_goal(monkeypatch, capsys, given, networks, seeds):
    asked = []
    monkeypatch.setattr(report, "open_dataset", lambda source: None)
    monkeypatch.setattr(report, "measure", lambda networks, **settings: asked.append((networks, settings["seeds"])))
    parser = ArgumentParser()
    report.add_options(parser)
    report.run(parser.parse_args([*given, "--json"]))
    assert asked == [(networks, seeds)]


class Network:
    """As much of a Keras model as is counted: a convolution of 16 filters, and a dense layer."""

    def __init__(self):
        shaped = [((5, 5, 1, 16), (None, 12, 12, 16)), ((2304, 10), (None, 10))]
        self.layers = [
            SimpleNamespace(kernel=SimpleNamespace(shape=kernel), output=SimpleNamespace(shape=output))
            for kernel, output in shaped
        ]
        self.layers.insert(1, SimpleNamespace())  # one without weights
        self.trainable_variables = [layer.kernel for layer in self.layers if hasattr(layer, "kernel")]


def test_the_arithmetic_of_a_network_is_counted_by_its_products_and_its_memory_by_what_it_must_touch():
    # The first layer needs no gradient of what comes into it.
    assert training_flops(Network()) == 2 * (2 * 144 * 400) + 3 * (2 * 23_040)
    assert training_bytes(Network(), 8) == 32 * (400 + 23_040) + 8 * (784 + 20 * (2304 + 10))


COUNTED = """
import json
import jax, numpy as np
from tests.benchmarks.device.counting import training_bytes, training_flops
from tests.benchmarks.device.throughput import prepared
from digits.training.backends.jax import stateless

engine, _ = prepared("mlp", 128, "CPU")
values = [variable.value for variable in engine.variables]
images, order = np.zeros((128, 28, 28), np.uint8), np.arange(128, dtype=np.int32)
step = jax.jit(stateless(engine.train_step, engine.variables))
text = step.lower(values, 0, images, images[:, 0, 0], order).compile().cost_analysis()
ours = training_flops(engine.model) * 128, training_bytes(engine.model, 128)
print(json.dumps([ours[0] / text["flops"], ours[1] / text["bytes accessed"]]))
"""


def test_what_is_counted_is_nearly_all_that_xla_counts_and_no_more_memory():
    flops, moved = json.loads(output_of(COUNTED, library="jax"))
    assert 0.9 < flops <= 1  # the rest are sums and Adam
    assert 0.3 < moved < 1  # XLA counts what each of its fused operations reads and writes


MEASURED = """
import json
from tests.benchmarks.device import breakdown, parallel_runs, timing

timing.SECONDS, parallel_runs.COUNTS_ON_CPU = 0.01, (2,)
print(json.dumps([part.measure(["linear"])["linear"] for part in (breakdown, parallel_runs)]))
"""


def test_the_parts_of_a_step_and_networks_trained_at_once_are_timed(with_sample):
    parts, at_once = json.loads(output_of(MEASURED, library="jax"))
    assert list(parts["seconds"]) == ["gathering", "forward", "backward", "optimizer"]
    assert sum(parts["seconds"].values()) > 0
    assert at_once["images_per_second"]["2"] > 0
