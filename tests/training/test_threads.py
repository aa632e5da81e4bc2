"""How many cores an operation may have: by the settings alone, and fixed for a process."""

from types import SimpleNamespace

import pytest

from digits.networks import backends as libraries
from digits.networks.settings import make_settings
from digits.training import backends, threads
from digits.training.threads import ALL, ONE


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    monkeypatch.setattr(threads, "_used", None)
    monkeypatch.setattr(libraries, "loaded", lambda: None)


@pytest.mark.parametrize(
    ("architecture", "changes", "number"),
    [
        ("cnn", {}, ONE),  # the page's default
        ("cnn", {"source": "mnist", "batch_size": 32}, ONE),
        ("cnn", {"source": "mnist"}, ALL),  # in batches of 256
        ("cnn", {"filters": 64}, ALL),
        ("cnn-large", {}, ALL),
        ("mlp", {"batch_size": 512}, ONE),
        ("mlp", {"source": "mnist"}, ALL),
        ("cnn", {"backend": "jax"}, None),
    ],
)
def test_small_products_have_one_core_each_and_large_ones_all(architecture, changes, number):
    assert threads.wanted(make_settings(architecture=architecture, **changes)) == number


def test_whoever_starts_a_process_may_choose_for_it(monkeypatch):
    monkeypatch.setenv(threads.VARIABLE, "2")
    assert threads.wanted(make_settings()) is None


@pytest.fixture
def library(monkeypatch):
    """What the library has been told; it refuses once it `has_computed`, with all cores."""
    library = SimpleNamespace(told=[], has_computed=False)

    def use_threads(number):
        library.told.append(number)
        return not library.has_computed or number == ALL

    library.use_threads = use_threads
    monkeypatch.setattr(backends, "current", lambda: library)
    return library


SMALL, LARGE, ON_JAX = make_settings(), make_settings(architecture="cnn-large"), make_settings(backend="jax")


def test_a_process_that_has_loaded_nothing_suits_everything(library):
    assert all(threads.suit(each) for each in (SMALL, LARGE, ON_JAX)) and not library.told


@pytest.mark.parametrize("has_computed", [False, True])
def test_a_process_suits_what_needs_the_library_and_the_threads_that_it_has(monkeypatch, library, has_computed):
    monkeypatch.setattr(libraries, "loaded", lambda: "tensorflow")
    library.has_computed = has_computed
    assert [threads.suit(each) for each in (SMALL, LARGE, ON_JAX)] == [not has_computed, has_computed, False]


def test_the_number_is_set_before_the_first_training_and_never_again(library):
    assert [threads.use(each) for each in (SMALL, LARGE)] == [ONE, ONE] and library.told == [ONE]
