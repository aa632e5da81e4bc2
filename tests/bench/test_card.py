from digits.bench import card
from digits.bench.flops import training_flops

RESULTS = {
    "ceilings": {"device": "Fake GPU", "flops": 50e12, "bytes": 3e12},
    "throughput": {
        "mlp": {
            "xla": True, "compile_seconds": 2.0, "flops": 600_000, "memory": 700_000_000,
            "images_per_second": {"32": 1_000_000.0},
        }
    },
    "fit_throughput": {"mlp": {"32": 50_000.0}},
}  # fmt: skip


def test_the_table_holds_ours_against_fit_and_against_what_the_device_can_do():
    lines = card.table(RESULTS)
    assert lines[0].startswith("Fake GPU: a float32 product at 50.00 TFLOP/s, a copy at 3,000 GB/s")
    assert "| mlp | 32 | 1,000,000 | 0.038 | 50,000 | 20.0 | 1.2% | 2.0 |" in lines
    assert "Peak memory: 700 MB." in "\n".join(lines)


def test_the_goals_are_told_with_their_spread_over_the_seeds():
    runs = [
        {"seconds": seconds, "accuracy": right, "epochs": 3, "reached": right >= 0.995, "augmentation": True}
        for seconds, right in ((10.0, 0.994), (12.0, 0.996), (14.0, 0.998))
    ]
    said = card.table(RESULTS | {"ours_to_goal": {"cnn-large": runs}})[-1]
    assert "in 12.0 s (reached by 2 of 3 seeds)" in said and "with augmentation ends at 99.60% ± 0.20%" in said


def test_the_arithmetic_of_a_network_is_counted_by_its_products():
    class Layer:
        def __init__(self, kernel, output):
            self.weights = [kernel]
            self.kernel, self.output = kernel, output

    class Shaped:
        def __init__(self, *shape):
            self.shape = shape

    class Network:
        layers = [Layer(Shaped(5, 5, 1, 16), Shaped(None, 12, 12, 16)), Layer(Shaped(800, 10), Shaped(None, 10))]

    assert training_flops(Network()) == 3 * (2 * 144 * 400 + 2 * 8_000)
