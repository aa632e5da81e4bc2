"""How long until a network reads 99.0 and 99.5 % of the official test set; judging it is not counted."""

import importlib.util

GOALS = {"cnn": 0.99, "cnn-large": 0.995}
SEEDS = 5


def measure() -> dict:
    """{network: [{seconds, epochs, accuracy, reached} for each seed]}; the accuracy is that of the whole recipe.

    seconds and epochs: until the goal, compiling included; of the whole training where it was not reached.
    """
    return {
        architecture: [_train(architecture, goal, seed) for seed in range(SEEDS)]
        for architecture, goal in GOALS.items()
    }


def _train(architecture: str, goal: float, seed: int) -> dict:
    import numpy as np

    from digits.data.dataset import open_dataset
    from digits.data.splits import split, take
    from digits.training import device, trainer
    from digits.training.config import make_config

    dataset = open_dataset("mnist")
    images, labels = take(dataset, split("official", "mnist").test)
    pixels = images[..., np.newaxis].astype("float32")
    # Augmentation needs OpenCV, which a bare machine may lack.
    changes = {} if importlib.util.find_spec("cv2") else {"augmentation": False}
    config = make_config(architecture=architecture, source="mnist", split="official", seed=seed, **changes)
    accuracies, seconds = [], []

    def judge(epoch: int, model) -> None:
        if epoch:
            answers = model.predict(pixels, batch_size=1000, verbose=0)
            accuracies.append(float((answers.argmax(axis=1) == labels).mean()))

    def keep(row: dict) -> None:
        seconds.append(row["seconds"])

    trainer.fit(config, dataset, device.choose().name, on_epoch=keep, on_weights=judge)
    epochs = next((number for number, right in enumerate(accuracies, start=1) if right >= goal), len(accuracies))
    return {
        "seconds": sum(seconds[:epochs]),
        "epochs": epochs,
        "accuracy": accuracies[-1],
        "reached": max(accuracies) >= goal,
        "augmentation": config.augmentation,
    }
