"""How the weights follow the gradient, and how the learning rate changes from step to step. Worker side."""

from digits.networks.library import keras


class OneCycle(keras.optimizers.schedules.CosineDecay):
    """Up from a 25th of the learning rate over the first 30% of the steps, then along a cosine to zero.

    Smith & Topin, Super-convergence (2018). Epochs that are added beyond the plan learn at a constant tenth.
    """

    def __init__(self, learning_rate: float | keras.Variable, steps: int):
        warm_up = max(1, int(0.3 * steps))
        super().__init__(1 / 25, max(1, steps - warm_up), warmup_target=1.0, warmup_steps=warm_up)
        self.learning_rate, self.steps = learning_rate, steps

    def __call__(self, step):
        # Not `<`: after the last planned step the rate that an epoch reports is still the plan's.
        return self.learning_rate * keras.ops.where(step <= self.steps, super().__call__(step), 0.1)


def schedule(name: str, rate: float | keras.Variable, steps: int):
    """Return what Keras' optimizers take for a learning rate: that rate, or its schedule over the planned steps."""
    if name == "one-cycle":
        return OneCycle(rate, steps)
    return (lambda: rate) if isinstance(rate, keras.Variable) else rate


def make_optimizer(name: str, rate) -> keras.Optimizer:
    """Return one of Keras' optimizers. rate: from `schedule`."""
    if name == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    if name == "adam":
        return keras.optimizers.Adam(rate)
    optimizer = keras.optimizers.AdamW(rate)
    # Decay keeps weights small; a bias, or what a normalization learned, need not be.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
