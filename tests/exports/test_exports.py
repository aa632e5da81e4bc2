"""Exports by the command line: each predicts what the app predicts, by its own runtime, and explains itself."""

import io
import json
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.__main__ import main
from digits.errors import DigitsError
from digits.evaluation.test_sets import available
from digits.exports import card, check, formats, layouts
from digits.exports.formats import Export
from digits.exports.web import javascript
from digits.runs import starter
from tests.commands.conftest import run as run


def missing(format):
    if format == "html" and not any(map(shutil.which, javascript.BROWSERS)):
        return "no browser and no Node.js on the PATH"
    absent = formats.missing_packages(format)
    return f"pip install -r {formats.REQUIREMENTS}: {', '.join(absent)}" if absent else ""


def needs(format, *more):
    why = missing(format)
    return pytest.param(format, *more, marks=pytest.mark.skipif(bool(why), reason=why))


@pytest.fixture(scope="module")
def exported(trained_home, tmp_path_factory):
    """exported(format, scale) is the folder of an export that the command line wrote once, and what it printed."""
    folder, said = tmp_path_factory.mktemp("exports"), {}
    home = shutil.copytree(trained_home, folder / "home")

    def exported(format, *options):
        key = (format, *options)
        if key not in said:
            target, out = folder / str(len(said)), io.StringIO()
            [trained] = (home / "runs").iterdir()
            with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
                patch.setenv("DIGITS_HOME", str(home))
                assert main(["export", trained.name, "--format", format, str(target), *options, "--json"]) == 0
            said[key] = target, json.loads(out.getvalue())
        return said[key]

    return exported


@pytest.mark.parametrize(
    ("format", "options"),
    [
        needs("html", ()),
        needs("hub", ("--scale", "0-1")),  # Keras, LiteRT and ONNX at once
        needs("openvino", ()),
        needs("savedmodel", ("--layout", "tf-serving")),
        needs("onnx", ("--layout", "triton")),
    ],
)
def test_an_export_predicts_what_the_app_predicts_and_brings_an_example_that_runs(exported, format, options):
    folder, said = exported(format, *options)
    assert said.keys() == {"run", "format", "path", "max_difference", "same_predictions", "n", "checked_with"}
    assert (said["format"], said["same_predictions"], said["n"]) == (format, True, 200)
    assert said["max_difference"] <= 1e-4 and Path(said["path"]).exists() and said["checked_with"]
    rows = json.loads((folder / "digits.json").read_text())
    assert [row["label"] for row in rows] == list(range(10))
    lines = example_output(folder)
    assert len(lines) == 10
    for row, line in zip(rows, lines, strict=True):
        assert line.split()[:2] == [str(row["label"]), str(int(np.argmax(row["probabilities"])))]
    text = (folder / ("README.md" if format == "hub" else "card.md")).read_text()
    assert "What goes in" in text and "CC BY-SA 3.0" in text and "95% interval" in text
    assert "python -m digits train --architecture mlp" in text
    assert format == "html" or (folder / "preparation.py").read_text().count("def to_mnist")


def example_output(folder):
    """What the example of an export prints, as it stands, run in its folder."""
    if (folder / "example.py").exists():
        command = [sys.executable, "example.py"]
        process = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        return process.stdout.splitlines()
    command = [javascript.programs()[0], "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
               (folder / "example.html").as_uri()]  # fmt: skip
    process = subprocess.run(command, capture_output=True, text=True)
    return process.stdout.split('<pre id="lines">')[1].split("</pre>")[0].splitlines()


def test_the_front_matter_of_a_repository_can_be_read_whatever_the_run_is_called(digits_home):
    yaml = pytest.importorskip("yaml")
    called = replace(starter.run(), id="a", number=1, name='\U0001f389 "x": #no')
    chosen = available(called.settings)[0]
    text = card.hub_card(called, chosen, [starter.evaluation("optdigits") | {"source": "no"}], Export(format="hub"))
    [model] = yaml.safe_load(text.split("---\n")[1])["model-index"]
    assert model["name"] == called.title and model["results"][0]["dataset"]["type"] == "no"


@pytest.mark.parametrize("format", [needs("litert-int8")])
def test_with_8_bits_the_lost_accuracy_is_measured_on_the_whole_test_set(exported, format):
    folder, said = exported(format)
    assert said["num_test"] == 1000 and said["test"] == "MNIST sample, test part of the 80/20 split (1,000 digits)"
    assert said["accuracy"] > said["accuracy_before"] - 0.02
    assert Path(said["path"]).stat().st_size < 200_000  # 101,770 weights of one byte
    lines = [line.split() for line in example_output(folder)]
    assert len(lines) == 10 and sum(label == predicted for label, predicted, *_ in lines) >= 8


@pytest.mark.parametrize("format", [needs("html")])
def test_a_check_is_repeated_anywhere_and_a_changed_file_is_refused(exported, format, run, tmp_path):
    folder = shutil.copytree(exported(format)[0], tmp_path / "elsewhere")
    again = json.loads(run("export", "--check", folder, "--json").out)
    assert again["same_predictions"] and again["path"] == str(folder / "digits.html")
    (folder / "model.js").write_text("")
    refused = run("export", "--check", folder)
    assert refused.code == 1 and "model.js of this export was changed or damaged" in refused.err


@pytest.mark.parametrize("format", [needs("html")])
def test_an_export_that_predicts_something_else_is_not_offered(exported, format, tmp_path):
    folder = shutil.copytree(exported(format)[0], tmp_path / "elsewhere")
    page = (folder / "digits.html").read_text()
    (folder / "digits.html").write_text(page.replace('"beta": ', '"beta": 2 + 0.0 * '))
    found = check.compare(folder, format)
    with pytest.raises(DigitsError, match="is not offered"):
        check.demand_same(found, format)


EXPORT = {"run": "a", "format": "keras", "model": "model.keras", "files": {}, "largest": 1.0}


@pytest.mark.parametrize(
    "text", [None, "[]", "[" * 99_999, *(json.dumps(EXPORT | {name: [1]}) for name in EXPORT)], ids=range(8)
)
def test_a_folder_without_an_export_is_refused_in_words(tmp_path, text):
    if text:
        (tmp_path / "export.json").write_text(text)
    with pytest.raises(DigitsError, match="holds no export of Digits"):
        check.check(tmp_path)


@pytest.mark.parametrize(("format", "layout"), [needs("savedmodel", "tf-serving"), needs("onnx", "triton")])
def test_a_layout_is_what_its_server_takes(exported, format, layout):
    folder, said = exported(format, "--layout", layout)
    place = folder / layouts.PLACES[layout]
    assert Path(said["path"]) == place
    request = json.loads((folder / "request.json").read_text())
    if layout == "tf-serving":
        assert (place / "saved_model.pb").is_file() and np.shape(request["instances"]) == (1, 28, 28, 1)
        assert 'base_path: "/models/digits"' in (folder / "models.config").read_text()
        return
    import onnx

    graph = onnx.load(place).graph
    config = (folder / "digits" / "config.pbtxt").read_text()
    [sent] = request["inputs"]
    assert f'name: "{graph.input[0].name}"' in config and f'name: "{graph.output[0].name}"' in config
    assert sent["name"] == graph.input[0].name and len(sent["data"]) == np.prod(sent["shape"]) == 784
    assert [side.dim_value for side in graph.output[0].type.tensor_type.shape.dim][1:] == [10]


def test_nothing_is_left_of_an_export_that_fails(digits_home, with_run, run, tmp_path):
    with_run.model.file("model.keras").write_bytes(b"damaged")
    refused = run("export", with_run.id, tmp_path / "out", "--format", "keras")
    assert refused.code == 1 and "The file model.keras was damaged" in refused.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == [digits_home]
