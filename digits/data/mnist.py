"""Read the whole MNIST database through TensorFlow Datasets. Worker side: `load` imports TensorFlow."""

import os
import re
import threading
from pathlib import Path

import numpy as np

from digits.errors import DataUnavailable
from digits.progress import Progress
from digits.storage.files import sha256

URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FILES = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
"""The four files of MNIST with their sha256."""
PROBE_SECONDS = 3.0


def tfds_folder() -> Path:
    """Where TensorFlow Datasets keeps its files: TFDS_DATA_DIR, or its own default."""
    return Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def check_reachable() -> None:
    """Raise DataUnavailable, within 4 s, if MNIST is neither on this machine nor to be had from the network.

    Without this probe TensorFlow Datasets retries for 205 s before it gives up; so it does over a file laid into its
    folder that is not MNIST's.
    """
    folder = tfds_folder()
    manual = folder / "downloads" / "manual"
    if (folder / "mnist" / "3.0.1" / "dataset_info.json").is_file():
        return
    laid = [manual / name for name in FILES if (manual / name).is_file()]
    if wrong := [file.name for file in laid if sha256(file) != FILES[file.name]]:
        raise DataUnavailable(
            f"Not MNIST's file, cut short or altered: {', '.join(wrong)}. Delete it, or put the original in its place, "
            "and try again.",
            f"It is in {manual}.",
        )
    if len(laid) == len(FILES) or _network_answers():
        return
    raise DataUnavailable(
        "The full MNIST is not on this machine, and the server that has it does not answer. Use the sample instead, "
        "which comes with the app, or try again later.",
        f"The server is {URL}. You can also set TFDS_DATA_DIR to a folder where TensorFlow Datasets has prepared "
        f"mnist, or put the four files {', '.join(FILES)} into {manual} and try again.",
    )


def load(on_progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Download MNIST if need be and read it in its original order.

    Returns images (70000, 28, 28) uint8 and labels (70000,) uint8: the 60,000 training digits, then the 10,000
    test digits. Raises DataUnavailable with the remedy.
    """
    check_reachable()
    on_progress(0.0, "Starting")
    import tensorflow_datasets as tfds

    builder = tfds.builder("mnist:3.0.1", data_dir=tfds_folder())
    try:
        if not builder.data_path.exists():
            on_progress(0.0, "Downloading 11 MB")
            builder.download_and_prepare()
        on_progress(0.0, "Reading 70,000 digits")
        parts = [_in_original_order(builder, part) for part in ("train", "test")]
    except Exception as error:  # TFDS raises dozens of kinds; whichever it is, the user needs the remedy
        reason = re.sub(r"{{.*?}} ?", "", str(error)).strip().split("\n")[0][:200]  # without TensorFlow's own names
        raise DataUnavailable(
            "MNIST could not be prepared: the download failed, or a file is damaged. Check the disk and the network. "
            "Then try again.",
            f"TensorFlow Datasets said in {tfds_folder()}: {type(error).__name__}: {reason}. If it is damaged, delete "
            f"{builder.data_path}.",
        ) from error
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return images, labels


def _in_original_order(builder, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Undo the shuffle of TensorFlow Datasets, which writes records sorted by the hash of their index.

    In the original order the first training digit is the tutorial's 5, and published lists of MNIST's
    label errors, which name digits by index, hold. The sha256 in `sources.py` proves the result.
    """
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.hashing import Hasher

    columns = tfds.as_numpy(builder.as_dataset(split=part, batch_size=-1, shuffle_files=False))
    images, labels = columns["image"][..., 0], columns["label"].astype(np.uint8)
    hasher = Hasher(part)
    written = sorted(range(len(labels)), key=hasher.hash_key)  # written[p] = original index of record p
    original = np.argsort(written)
    return images[original], labels[original]


def _network_answers() -> bool:
    """Whether the server of MNIST answers within PROBE_SECONDS, name look-up included."""
    import requests  # knows the proxies that TensorFlow Datasets will use as well

    answers = []

    def probe() -> None:
        try:
            answers.append(requests.head(URL + next(iter(FILES)), timeout=PROBE_SECONDS).ok)
        except requests.RequestException:
            answers.append(False)

    # In a thread because the timeout of requests does not cover the look-up of the name.
    thread = threading.Thread(target=probe, name="probe-mnist", daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return bool(answers and answers[0])
