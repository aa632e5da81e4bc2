"""The card of an export: what goes in and comes out, the preparation, scores, data and licence, how it was made."""

import json
from typing import Any

from digits.data.sources import SOURCES
from digits.evaluation.score_card import as_markdown, score_card
from digits.evaluation.test_sets import TestSet
from digits.exports import layouts
from digits.exports.formats import FORMATS, Export
from digits.runs import sharing
from digits.runs.run import Run

NOT_FOR = "For learning and play; not for reading anything that matters."
NO_SCORE = "# {}\n\nIt has not been evaluated on digits that it has not learned from.\n"
HUB_DATASET = "ylecun/mnist"


def card(run: Run, chosen: TestSet, reports: list[dict[str, Any]], export: Export) -> str:
    """Return the card in Markdown. chosen: where its digits are from. reports: of `digits.evaluation.evaluate`."""
    source, tested = SOURCES[run.settings.source], SOURCES[chosen.source]
    scores = "\n".join(as_markdown(score_card(run, report)) for report in reports)
    scale = "The network divides by 255 itself." if export.largest > 1 else "Divide pixels of 0 to 255 by 255."
    prepared = "`preparation.py` does so, with NumPy and OpenCV."
    if export.format == "html":
        prepared = "`model.js` does so: `predict({width, height, pixels})`."
    more = " and drawings of the person who fine-tuned it" if run.settings.parent else ""
    return f"""{scores or NO_SCORE.format(run.id)}
This network reads one handwritten digit and gives ten probabilities. {NOT_FOR}

## What goes in

One grey picture of 28 x 28 pixels: shape (1, 28, 28, 1), float32, from 0 (paper) to {export.largest:g} (ink). That is
white on black, as MNIST has it. {scale}

A drawing or a photo must first be prepared as MNIST's digits were: ink cropped, scaled to 20 x 20 and centred by its
mass. {prepared} A picture that is only shrunk to 28 x 28 is often misread.

## What comes out

Ten probabilities, for the digits 0 to 9. They are calibrated (temperature {run.model.temperature or 1:.3f}, built into
the last layer): predictions with 90% confidence should be correct about 90% of the time.

## Files

- {_models(export)}: the network
- `digits.json` and `digits/`: ten test digits with the probabilities that the app shows
- `check.npz`: 200 test digits with the same. `python -m digits export --check FOLDER` compares them with this model
- `{example_name(export)}`: a short example

## How it was made

    {sharing.command(run)}

Data: {source.title} ({source.origin}){more}; licence {source.licence}.
{source.citation}.

Digits in this folder: {chosen.title}; licence {tested.licence}. {tested.citation}.
"""


def hub_card(run: Run, chosen: TestSet, reports: list[dict[str, Any]], export: Export) -> str:
    """Return the README.md of a Hugging Face repository: the card after its YAML front matter."""
    results = "".join(_result(report) for report in reports)
    name = _quoted(run.title)
    source = SOURCES[run.settings.source]
    licence = f"license: other\nlicense_name: {_quoted(source.licence)}" if source.is_own else "license: cc-by-sa-3.0"
    datasets = "" if source.is_own else f"datasets:\n- {HUB_DATASET}\n"
    return f"""---
{licence}
library_name: keras
pipeline_tag: image-classification
{datasets}metrics:
- accuracy
tags:
- mnist
- digits
model-index:
- name: {name}
  results:{results or " []"}
---

{card(run, chosen, reports, export)}
## Upload

Nothing was uploaded. To publish this folder, install `huggingface_hub`, log in with `hf auth login`, and run

    hf upload YOUR-NAME/{run.id} .
"""


def example_name(export: Export) -> str:
    """Return the name of the example of an export."""
    return "example.html" if export.format == "html" else "example.py"


def _result(report: dict[str, Any]) -> str:
    name, source = _quoted(report["title"]), report["source"]
    return f"""
  - task:
      type: image-classification
    dataset:
      name: {name}
      type: {HUB_DATASET if source in ("mnist", "sample") else _quoted(source)}
      split: {"train" if report["test"] == "tutorial" else "test"}
    metrics:
    - type: accuracy
      value: {report["accuracy"]:.6f}"""


def _quoted(text: str) -> str:
    """Return a text for YAML, quoted as in JSON; but JSON's two escapes for one emoji are two characters in YAML."""
    return json.dumps(text, ensure_ascii=False)


def _models(export: Export) -> str:
    names = [FORMATS[format].model for format in ("keras", "litert", "onnx")]
    names = names if export.format == "hub" else [layouts.PLACES.get(export.layout, export.of.model)]
    return ", ".join(f"`{name}`" for name in names)
