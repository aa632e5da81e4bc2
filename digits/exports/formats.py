"""The formats in which a model can leave Digits, and what each of them needs."""

import importlib.metadata
from dataclasses import dataclass

from digits.errors import BadConfig, DigitsError

REQUIREMENTS = "requirements-export.txt"
SCALES = ("0-255", "0-1")
"""What the exported model expects of a pixel: 0 is paper, the other end is ink."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format. `FORMATS` names them."""

    title: str
    about: str
    model: str
    """Name of the model's file or folder in the export."""
    packages: tuple[str, ...] = ()
    """What writing and checking it needs beside requirements.txt."""
    scales: tuple[str, ...] = SCALES
    layout: str = ""
    """The server that has its own layout of folders for this format."""


FORMATS = {
    "html": Format(
        title="Web page (HTML)",
        about="One file with a canvas and your network. It works without Digits and without internet, on a phone too.",
        model="digits.html",
        scales=("0-255",),
    ),
    "keras": Format(
        title="Keras", about="For Python with Keras 3, on any of its libraries.", model="model.keras"
    ),
    "litert": Format(
        title="LiteRT (TensorFlow Lite)",
        about="For phones and small computers. OpenCV reads it, too.",
        model="model.tflite",
        packages=("ai-edge-litert",),
    ),
    "litert-int8": Format(
        title="LiteRT, 8 bits",
        about="A quarter of the size: weights and activations are rounded to 8 bits, which may cost some accuracy.",
        model="model.tflite",
        packages=("ai-edge-litert",),
    ),
    "onnx": Format(
        title="ONNX",
        about="For ONNX Runtime in Python, C++, C#, Java and the browser.",
        model="model.onnx",
        packages=("onnx", "tf2onnx", "onnxruntime"),
        layout="triton",
    ),
    "savedmodel": Format(
        title="TensorFlow SavedModel", about="For TensorFlow Serving.", model="savedmodel", layout="tf-serving"
    ),
    "openvino": Format(
        title="OpenVINO", about="For Intel processors.", model="model.xml", packages=("openvino",)
    ),
    "hub": Format(
        title="Hugging Face repository",
        about="A folder with a model card, ready to be uploaded. Nothing is uploaded.",
        model="model.keras",
        packages=("ai-edge-litert", "onnx", "tf2onnx", "onnxruntime"),
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Export:
    """What somebody wants: a format, the range of its pixels, and the layout of its folder. Raises BadConfig."""

    format: str
    scale: str = SCALES[0]
    layout: str = ""

    def __post_init__(self):
        if self.format not in FORMATS:
            raise BadConfig(f"There is no format {self.format!r}. Choose one of {', '.join(FORMATS)}.")
        if self.scale not in self.of.scales:
            raise BadConfig(f"{self.of.title} takes pixels from {' or '.join(self.of.scales)}, not {self.scale}.")
        if self.layout and self.layout != self.of.layout:
            instead = f"It has {self.of.layout}." if self.of.layout else "It has none."
            raise BadConfig(f"{self.of.title} has no layout {self.layout!r}. {instead}")

    @classmethod
    def parse(cls, part: str) -> "Export":
        """Return what `part` names. Raises BadConfig."""
        format, _, scale = part.partition(" ")
        return cls(format=format, scale=scale or SCALES[0])

    @property
    def part(self) -> str:
        """The name under which it is kept, such as `onnx` or `onnx 0-1`; a layout is never kept."""
        return self.format if self.scale == SCALES[0] else f"{self.format} {self.scale}"

    @property
    def of(self) -> Format:
        """What is known of its format."""
        return FORMATS[self.format]

    @property
    def largest(self) -> float:
        """The value of a pixel that is all ink."""
        return 255.0 if self.scale == SCALES[0] else 1.0


def missing_packages(format: str) -> list[str]:
    """Return the packages that a format needs and that are not installed. Imports none of them."""
    return [package for package in FORMATS[format].packages if not _version(package)]


def check_installed(format: str) -> None:
    """Raise DigitsError, in one sentence, where a package is missing."""
    if missing := missing_packages(format):
        *most, last = missing
        named = f"{', '.join(most)} and {last}" if most else last
        raise DigitsError(
            f"{FORMATS[format].title} needs {named}, not installed here: install {REQUIREMENTS} and try again."
        )


def version(package: str) -> str:
    """Return `package version`, for the record of a check."""
    return f"{package} {_version(package)}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
