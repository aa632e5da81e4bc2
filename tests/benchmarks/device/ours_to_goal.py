"""How long until a network reaches 99.0% or 99.5% on the official test set; evaluating it is not counted."""

import importlib.util

GOALS = {"cnn": 0.99, "cnn-large": 0.995}


def measure(network: str, seed: int) -> dict:
    """Return {goal, seconds, epochs, accuracy, reached, augmentation}; the accuracy is that of the whole recipe.

    seconds, epochs: until the goal, compiling included; of the whole training where it was not reached.
    """
    import numpy as np

    from digits.data.dataset import open_dataset
    from digits.data.splits import split, take
    from digits.networks.settings import make_settings
    from digits.training import device, trainer

    name, dataset = device.choose().name, open_dataset("mnist")
    images, labels = take(dataset, split("official", "mnist").test)
    pixels = images[..., np.newaxis].astype("float32")
    # Augmentation needs OpenCV, which a bare machine may lack.
    changes = {} if importlib.util.find_spec("cv2") else {"augmentation": False}
    settings = make_settings(architecture=network, source="mnist", split="official", seed=seed, **changes)
    accuracies, seconds = [], []

    def evaluate(epoch: int, model) -> None:
        if epoch:
            probabilities = model.predict(pixels, batch_size=1000, verbose=0)
            accuracies.append(float((probabilities.argmax(axis=1) == labels).mean()))

    trainer.fit(settings, dataset, name, on_epoch=lambda row: seconds.append(row["seconds"]), on_weights=evaluate)
    goal = GOALS[network]
    epochs = next((number for number, accuracy in enumerate(accuracies, start=1) if accuracy >= goal), len(accuracies))
    return {
        "goal": goal,
        "seconds": sum(seconds[:epochs]),
        "epochs": epochs,
        "accuracy": accuracies[-1],
        "reached": max(accuracies) >= goal,
        "augmentation": settings.augmentation,
    }
