import hashlib
import subprocess
import sys

import numpy as np
import pytest

from digits import tasks
from digits.errors import DataUnavailable
from digits.storage.home import ROOT


def test_without_network_the_remedy_is_said(digits_home, tmp_path, monkeypatch):
    """A proxy that nobody listens at stands for the missing network."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    process = subprocess.run(
        [sys.executable, "-m", "digits", "data", "mnist"], cwd=ROOT, capture_output=True, text=True
    )
    assert process.returncode == 1 and process.stdout == ""
    said = process.stderr.strip().splitlines()[-1]
    assert "Use the sample instead" in said and "set TFDS_DATA_DIR" in said
    assert f"into {tmp_path / 'tfds' / 'downloads' / 'manual'}" in said
    task = tasks.find("prepare", "mnist")
    assert task.state == "failed" and "Use the sample instead" in task.cause
    assert str(tmp_path) not in task.cause and "TFDS" not in task.cause  # the browser shows the cause
    assert not (digits_home / "data").exists()


def test_a_network_that_swallows_everything_is_given_up(tmp_path, monkeypatch):
    """A server that accepts and never answers: the worst kind of firewall."""
    import socket

    from digits.data import mnist

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        assert not mnist._network_answers()
    assert mnist.PROBE_SECONDS < 5


@pytest.mark.parametrize("harm", [lambda content: content[:100], lambda content: content + b"poison"])
def test_a_laid_file_that_was_cut_short_or_altered_is_named_and_nothing_is_half_prepared(
    digits_home, tmp_path, monkeypatch, harm
):
    from digits.data import dataset, mnist

    original = np.random.default_rng(0).bytes(1000)
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    for name in mnist.FILES:
        (manual / name).write_bytes(original)
    monkeypatch.setattr(mnist, "FILES", dict.fromkeys(mnist.FILES, hashlib.sha256(original).hexdigest()))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    mnist.check_reachable()
    (manual / "t10k-labels-idx1-ubyte.gz").write_bytes(harm(original))
    with pytest.raises(DataUnavailable, match="cut short or altered: .*t10k-labels-idx1-ubyte.gz. Delete it"):
        dataset.ensure_prepared("mnist")
    assert tasks.find("prepare", "mnist").state == "failed"
    assert not (digits_home / "data").exists()
