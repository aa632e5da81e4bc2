"""What every test stands on: a home of its own, so that no test sees the user's data and runs, or another test's."""

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from xdist.scheduler import LoadFileScheduling

from digits.data.dataset import prepare
from digits.runs import store as runs
from digits.storage.home import ROOT

# Hundreds of processes import Digits in these tests, and few machines have compiled it before.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

TOGETHER = {
    "Keras": (
        "tests/training/",
        "tests/networks/",
        "tests/commands/test_edited_networks",
        "tests/evaluation/test_audit",
        "tests/exports/test_trackers",
        "tests/inference/test_recognizer",
        "tests/inference/test_snapshot",
        "tests/sweeps/test_race",
        "tests/benchmarks/test_device",
        "tests/browser/test_take_home_page",
    ),
    "a server with runs": tuple(
        f"tests/browser/test_{name}" for name in ("accessibility", "compare", "evaluate.", "map", "names")
    ),
    "a server": ("tests/browser/",),
}
"""What takes long to load, and the files that use it."""
LONG = (
    "tests/training/",
    "tests/browser/",
    "tests/commands/test_main",
    "tests/faults/",
    "tests/exports/",
    "tests/notebooks/",
    "tests/pages/",
    "tests/sweeps/",
)
PATIENCE = 240.0  # s, for anything: a slow machine shall fail no test, and where all goes well nobody waits


class TogetherScheduling(LoadFileScheduling):
    """A process of pytest-xdist gets whole files, and all of them that load the same."""

    def _split_scope(self, nodeid: str) -> str:
        for what, files in TOGETHER.items():
            if nodeid.startswith(files):
                return what
        return super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Load what takes long in one process."""
    return TogetherScheduling(config, log)


def pytest_collection_modifyitems(items):
    """Begin with what takes long: at the end, no process shall wait for one long file of the other."""
    items.sort(key=lambda item: next((place for place, folder in enumerate(LONG) if folder in item.nodeid), len(LONG)))


def pytest_collection_finish():
    """Keep what the collection has made out of every later search for garbage."""
    gc.freeze()


def pytest_make_parametrize_id(val):
    """Name bytes by their length: a zip holds the time, and all processes must collect the same names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder for all processes of this test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(autouse=True, scope="session")
def environment(shared_folder):
    """What is the same for all processes of this test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_WARM", "0")  # no test wants a process that it did not ask for
        patch.setenv("DIGITS_GIVE_WAY", "0")  # nor waits longer because other programs are busy
        # What JAX has compiled in one process, the next one reads: most of what a short training on JAX takes.
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(shared_folder / "jax"))
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
        yield


@pytest.fixture(scope="session")
def shared_home(shared_folder):
    """shared_home(name, make) is a DIGITS_HOME that `make(home)` fills once for all processes of this test run."""
    root = shared_folder

    def shared_home(name: str, make) -> Path:
        home = root / name
        with FileLock(root / f"{name}.lock"):
            if not home.exists():
                part = root / f"{name}.part"  # a failed one must not be taken for it
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                make(part)
                part.rename(home)
        return home

    return shared_home


@pytest.fixture(scope="session")
def sample_data(shared_home):
    """A data folder in which all that comes with the app is prepared, made once. Copy it, do not write to it."""

    def make(home):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DIGITS_HOME", str(home))
            prepare("sample")
            prepare("optdigits")

    return shared_home("sample_home", make) / "data"


@pytest.fixture(autouse=True)
def digits_home(tmp_path, monkeypatch):
    """An empty DIGITS_HOME. Returns its path."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DIGITS_HOME", str(home))
    return home


@pytest.fixture
def with_sample(digits_home, sample_data):
    """DIGITS_HOME with the sample prepared. Returns its path."""
    shutil.copytree(sample_data, digits_home / "data")
    return digits_home


@pytest.fixture
def python():
    """python(code, *arguments) runs Python code in a process of its own, which does not outlive the test."""
    with contextlib.ExitStack() as processes:

        def python(code: str, *arguments: object) -> subprocess.Popen:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *map(str, arguments)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            processes.enter_context(process)  # which waits for its end
            processes.callback(process.kill)
            return process

        yield python


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 4 MiB, enough for a small run with all its snapshots."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk to fill")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def make_read_only():
    """make_read_only(folder): nobody may write there any more; root gets a disk that is mounted read-only."""
    with contextlib.ExitStack() as undone:

        def make_read_only(folder: Path) -> None:
            if os.geteuid():
                undone.callback(folder.chmod, folder.stat().st_mode & 0o7777)
                folder.chmod(0o555)
                return
            if subprocess.run(["mount", "--bind", folder, folder], capture_output=True).returncode:
                pytest.skip("only root may mount a disk read-only")
            undone.callback(subprocess.run, ["umount", "--lazy", folder], check=True)  # arrays may be mapped
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)

        yield make_read_only


@pytest.fixture(scope="session")
def mnist_home(shared_home):
    """A DIGITS_HOME in which the tutorial's network was trained on MNIST with nothing prepared. Needs TFDS_DATA_DIR.

    logs/train.json is what the command line printed.
    """

    def make(home):
        said = digits("train", "--architecture", "mlp", "--source", "mnist", "--split", "tutorial", "--json", home=home)
        (home / "logs" / "train.json").write_text(said.stdout)

    return shared_home("mnist_home", make)


@pytest.fixture(scope="session")
def mnist_data(mnist_home):
    """A data folder in which the whole MNIST is prepared."""
    return mnist_home / "data"


@pytest.fixture(scope="session")
def trained_home(shared_home, sample_data):
    """A DIGITS_HOME with the sample and one finished run of the tutorial's network, trained by the command line.

    What that printed is in logs/train.json.
    """

    def make(home):
        shutil.copytree(sample_data, home / "data")
        said = digits("train", "--architecture", "mlp", "--epochs", "3", "--json", home=home).stdout
        (home / "logs" / "train.json").write_text(said)

    return shared_home("trained_home", make)


@pytest.fixture
def with_run(digits_home, trained_home):
    """DIGITS_HOME with the sample and one finished run. Returns the run."""
    shutil.copytree(trained_home, digits_home, dirs_exist_ok=True)
    return runs.page()[0]


def digits(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess:
    """Run `python -m digits ARGUMENTS` with that DIGITS_HOME."""
    process = subprocess.run(
        [sys.executable, "-m", "digits", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DIGITS_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert not check or process.returncode == 0, process.stderr
    return process


def wait_until(condition, seconds=PATIENCE):
    """Wait for `condition()` to be true, and return it; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


def fill(folder: Path) -> Path:
    """Write until the disk is full; returns the file to remove so that there is room again."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and what is in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
