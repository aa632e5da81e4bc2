"""python -m digits serve: a server of its own, as its clients meet it."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request

import numpy as np
import psutil
import pytest

from digits.storage.home import ROOT
from tests.inference.photos import SEVEN, written
from tests.service.conftest import png

TRITON = os.environ.get("DIGITS_TRITON_PYTHON", "")
IMAGE = np.uint8(255 * written((28, 28), [(SEVEN, 7, 4, 20)]))
CLIENT = ROOT / "tests" / "service" / "triton_client.py"
DOCS = (
    (ROOT / "docs" / "serving.md").read_text(encoding="utf-8").split("## Predictions for programs")[1].split("\n## ")[0]
)


@contextlib.contextmanager
def serving(home):
    """`python -m digits serve` on a free port; yields the process and its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "digits", "serve", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "DIGITS_HOME": str(home)},
    ) as process:  # fmt: skip
        try:
            yield process, re.search(r"http://[\d.:]+", process.stdout.readline())[0]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home")) as server:
        yield server


def test_it_predicts_without_tensorflow_and_without_streamlit(server):
    process, address = server
    request = urllib.request.Request(f"{address}/api/predict", png(IMAGE), {"Content-Type": "image/png"})
    with urllib.request.urlopen(request) as answer:
        assert b'"digit":7' in answer.read()
    loaded = {mapped.path for mapped in psutil.Process(process.pid).memory_maps()}
    assert any("cv2" in path for path in loaded)
    assert not [path for path in loaded if "tensorflow" in path or "pyarrow" in path]  # Streamlit loads pyarrow


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on the PATH")
def test_the_curl_lines_of_the_docs_do_what_they_say(server, tmp_path):
    lines = re.findall(r"^curl .*(?:\\\n.*)*", DOCS, re.MULTILINE)
    assert len(lines) >= 4
    for name in ("7.png", "8.png"):
        (tmp_path / name).write_bytes(png(IMAGE, 140))
    tensor = {
        "name": "pixels",
        "shape": [1, 28, 28, 1],
        "datatype": "FP32",
        "data": IMAGE.astype(float).ravel().tolist(),
    }
    (tmp_path / "request.json").write_text(json.dumps({"inputs": [tensor]}))
    for line in lines:
        command = line.replace("http://127.0.0.1:8502", server[1]).replace(
            "curl ", "curl --fail --silent --show-error "
        )
        process = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert process.returncode == 0, (line, process.stderr)
        assert '"digit":7' in process.stdout or '"data":[7]' in process.stdout or '"text":"7"' in process.stdout


@pytest.mark.skipif(
    not TRITON, reason="tritonclient wants other versions than we do: DIGITS_TRITON_PYTHON names a Python that has it"
)
def test_tritons_own_client_works_unchanged(server):
    address = server[1].removeprefix("http://")
    process = subprocess.run([TRITON, CLIENT, address], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr


def test_a_port_that_is_taken_and_a_run_without_a_model_are_told_in_a_sentence(run, server, with_sample):
    port = server[1].rpartition(":")[2]
    taken = run("serve", "--port", port)
    assert taken.code == 1 and "can't be used" in taken.err and "Traceback" not in taken.err
    assert run("serve", "--port", "99999").code == 2
    assert run("serve", "--run", "nobody").code == 1


def test_asked_to_end_it_ends(server):
    """The last test of this file."""
    process, _ = server
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) in (0, -signal.SIGTERM)
    assert process.stderr.read() == ""
