"""Export a trained network: the Keras model, and its LiteRT files for OpenCV. Worker side: imports Keras."""

import contextlib
import io
import math
import sys
from pathlib import Path

from digits.errors import DigitsError
from digits.networks.backends import check_installed
from digits.networks.library import keras
from digits.storage.files import StoredFile, write_new
from digits.training import processes

Exported = tuple[dict[str, StoredFile], dict[str, list[int]]]
"""Files by their plain name, and the shape of each hidden layer in layers.tflite, in order."""


def export(model: keras.Model, folder: Path) -> Exported:
    """Write model.keras, model.tflite and layers.tflite beside what is there.

    Only TensorFlow writes LiteRT files: on another library, a process with TensorFlow makes them from model.keras.
    Returns the files by these names, and the hidden layers with their shapes. Raises DigitsError.
    """
    stored = write_new(folder, "model.keras", model.save)
    if keras.backend.backend() == "tensorflow":
        litert, layers = export_litert(model, folder)
    else:
        litert, layers = _export_litert_with_tensorflow(folder, stored)
    return {"model.keras": stored, **litert}, layers


def export_litert(model: keras.Model, folder: Path) -> Exported:
    """Write model.tflite and layers.tflite. Needs TensorFlow. Returns them, and the hidden layers with their shapes."""
    hidden = hidden_layers(model)
    models = {"model.tflite": model, "layers.tflite": _flat(model, hidden)}
    stored = {
        name: write_new(folder, name, lambda part, model=model: write_litert(model, part))
        for name, model in models.items()
    }
    return stored, {name: list(output.shape[1:]) for name, output in hidden.items()}


def write_litert(model: keras.Model, file: Path) -> None:
    """Write a LiteRT file that OpenCV reads: a static batch of one, the only one it knows."""
    signature = [keras.InputSpec(shape=(1, 28, 28, 1), dtype="float32")]
    with contextlib.redirect_stdout(io.StringIO()):  # Keras and the converter print pages
        model.export(file, format="litert", input_signature=signature, verbose=False)


def hidden_layers(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the outputs of the convolutions, first to last, and `features`: the vector before the last layer.

    Where the last layer takes maps, the features are the mean of each map, whatever its place in the picture. Where
    there is no hidden layer, they are the pixels. Of an ensemble: the layers of each member, and all their features.
    """
    if members := [layer for layer in model.layers if isinstance(layer, keras.Sequential)]:
        return _hidden_layers_of_members(model, members)
    *before, last = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.ReLU | keras.layers.Activation)]
    if before:
        features = before[-1].output
    elif maps:
        features = keras.layers.GlobalAveragePooling2D()(maps[-1])
    else:
        features = last.input
    return {**{f"convolution {number}": output for number, output in enumerate(maps, start=1)}, "features": features}


def _hidden_layers_of_members(model: keras.Model, members: list[keras.Sequential]) -> dict[str, keras.KerasTensor]:
    found, features = {}, []
    for number, member in enumerate(members, start=1):
        hidden = hidden_layers(member)
        outputs = dict(zip(hidden, keras.Model(member.inputs[0], [*hidden.values()])(model.inputs[0]), strict=True))
        features.append(outputs.pop("features"))
        found |= {f"network {number}, {name}": output for name, output in outputs.items()}
    pixels = math.prod(model.inputs[0].shape[1:])
    features = [each for each in features if each.shape[-1] != pixels] or features[:1]
    return found | {"features": keras.layers.Concatenate()(features) if len(features) > 1 else features[0]}


def _flat(model: keras.Model, hidden: dict[str, keras.KerasTensor]) -> keras.Model:
    """Return a model with all of them as one vector: OpenCV gives no output that another layer uses."""
    # Named, because the automatic names may be those of layers in a model that was read from a file.
    vectors = [keras.layers.Flatten(name=f"vector_{number}")(output) for number, output in enumerate(hidden.values())]
    return keras.Model(model.inputs[0], keras.layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0])


def _export_litert_with_tensorflow(folder: Path, stored: StoredFile) -> Exported:
    check_installed("tensorflow")
    try:
        files, layers = processes.call("digits.training.export", folder / stored.name)
    except processes.Crashed as error:
        raise DigitsError(
            "The network is trained, but TensorFlow could not write it in the form that the pages read. Continue the "
            "run to try again.",
            str(error),
        ) from error
    return {name: StoredFile(**file) for name, file in files.items()}, layers


def _export_litert_of(model_file: Path) -> tuple[dict[str, dict[str, str]], dict[str, list[int]]]:
    """Do what `_export_litert_with_tensorflow` asks for."""
    files, layers = export_litert(keras.models.load_model(model_file, compile=False), model_file.parent)
    return {name: vars(stored) for name, stored in files.items()}, layers


if __name__ == "__main__":
    processes.answer(lambda: _export_litert_of(Path(sys.argv[1])))
