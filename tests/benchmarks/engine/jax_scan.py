"""The tutorial's network in plain JAX: the epoch as one `lax.scan` over batches gathered by a shuffled index."""

import time


def measure() -> dict:
    """Return the seconds of the first epoch, compiling included, and of each later one."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from tests.benchmarks.mnist_arrays import tutorial_arrays

    images, labels, val_images, val_labels = (jax.device_put(np.asarray(array)) for array in tutorial_arrays())
    rng = np.random.default_rng(0)
    weights = {
        name: jnp.asarray(rng.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape)), jnp.float32)
        for name, shape in {"hidden": (784, 128), "output": (128, 10)}.items()
    }
    biases = {"hidden_bias": jnp.zeros(128), "output_bias": jnp.zeros(10)}
    parameters = weights | biases

    def log_probabilities(p, pixels):
        x = pixels.reshape(len(pixels), 784).astype(jnp.float32) / 255
        hidden = jax.nn.relu(x @ p["hidden"] + p["hidden_bias"])
        return jax.nn.log_softmax(hidden @ p["output"] + p["output_bias"])

    def loss_and_num_correct(p, pixels, digits):
        logs = log_probabilities(p, pixels)
        loss = -jnp.take_along_axis(logs, digits[:, None].astype(jnp.int32), axis=1).mean()
        return loss, (logs.argmax(axis=1) == digits).sum()

    def step(state, index):
        p, first, second, count = state
        (loss, num_correct), gradient = jax.value_and_grad(loss_and_num_correct, has_aux=True)(
            p, images[index], labels[index]
        )
        count += 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        rate = 0.01 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        p = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), p, first, second)
        return (p, first, second, count), (loss, num_correct)

    @jax.jit
    def epoch(state, order):
        state, (losses, num_correct) = jax.lax.scan(step, state, order.reshape(-1, 32))
        _, val_correct = loss_and_num_correct(state[0], val_images, val_labels)
        return state, losses.mean(), num_correct.sum(), val_correct

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, zeros, jnp.float32(0))
    seconds = []
    for _ in range(21):
        began = time.perf_counter()
        state, loss, _, val_correct = epoch(state, jnp.asarray(rng.permutation(len(labels)), jnp.int32))
        float(loss)  # JAX returns before it has finished
        seconds.append(time.perf_counter() - began)
    return {"first_epoch": seconds[0], "epochs": seconds[1:], "val_accuracy": int(val_correct) / len(val_labels)}
