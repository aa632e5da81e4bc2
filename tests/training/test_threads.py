"""How many cores an operation may have: by the settings alone, and fixed for a process."""

import pytest

from digits.networks import backends
from digits.networks.settings import make_settings
from digits.training import threads
from digits.training.threads import ALL, ONE


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    monkeypatch.setattr(threads, "_used", None)
    monkeypatch.setattr(backends, "loaded", lambda: None)


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


def test_a_process_suits_what_needs_the_threads_and_the_library_that_it_has(monkeypatch):
    small, large, on_jax = make_settings(), make_settings(architecture="cnn-large"), make_settings(backend="jax")
    assert all(threads.suit(each) for each in (small, large, on_jax))
    monkeypatch.setattr(backends, "loaded", lambda: "tensorflow")
    assert [threads.suit(each) for each in (small, large, on_jax)] == [False, True, False]  # loaded by something else
    monkeypatch.setattr(threads, "_used", ONE)
    assert [threads.suit(each) for each in (small, large, on_jax)] == [True, False, False]


def test_the_number_is_set_before_the_first_training_and_never_again(monkeypatch):
    told = []
    monkeypatch.setattr(threads, "current", lambda: type("Library", (), {"use_threads": staticmethod(told.append)}))
    assert [threads.use(settings) for settings in (make_settings(), make_settings(architecture="cnn-large"))] == [
        ONE,
        ONE,
    ]
    assert told == [ONE]
