"""Write event files: python -m digits.exports.trackers.to_tensorboard RUN.JSON FOLDER. Imports TensorFlow.

The names are those of Keras' TensorBoard callback: epoch_loss and epoch_accuracy, below train and validation.
"""

import json
import sys
from pathlib import Path
from typing import Any

import tensorflow as tf

from digits.training import processes

PARTS = {
    "train": {"loss": "epoch_loss", "accuracy": "epoch_accuracy", "learning_rate": "epoch_learning_rate"},
    "validation": {"val_loss": "epoch_loss", "val_accuracy": "epoch_accuracy"},
}


def write(about: dict[str, Any], folder: Path) -> None:
    """Write a point for each epoch, and the settings as text. about: see `digits.exports.trackers.described`."""
    for part, names in PARTS.items():
        with tf.summary.create_file_writer(str(folder / part)).as_default():
            for row in about["epochs"]:
                for name, tag in names.items():
                    if name in row:
                        point("scalars", tag, tf.constant(row[name], tf.float32), row["epoch"])
    with tf.summary.create_file_writer(str(folder)).as_default():
        for test, accuracy in about["accuracies"].items():
            point("scalars", f"test_accuracy/{test}", tf.constant(accuracy, tf.float32), about["epochs"][-1]["epoch"])
        rows = "".join(f"\n| {name} | {value} |" for name, value in about["settings"].items())
        point("text", "settings", tf.constant([f"| setting | value |\n| --- | --- |{rows}"]), 0)


def point(plugin: str, tag: str, value: tf.Tensor, step: int) -> None:
    """Write what a plugin of TensorBoard shows. tf.summary.scalar needs the package tensorboard, this does not."""
    kind = "DATA_CLASS_SCALAR" if plugin == "scalars" else "DATA_CLASS_TENSOR"
    named = tf.compat.v1.SummaryMetadata.PluginData(plugin_name=plugin)
    tf.summary.write(tag, value, step, tf.compat.v1.SummaryMetadata(plugin_data=named, data_class=kind))


if __name__ == "__main__":
    file, folder = map(Path, sys.argv[1:])
    processes.answer(lambda: write(json.loads(file.read_text(encoding="utf-8")), folder))
