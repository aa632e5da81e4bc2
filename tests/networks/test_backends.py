import pytest

from digits.errors import DigitsError
from digits.networks import backends
from tests.conftest import digits


def test_an_unknown_library_in_the_environment_is_refused_in_one_sentence(digits_home, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    sentence = "The environment variable KERAS_BACKEND is 'torch'; expected one of tensorflow, jax."
    with pytest.raises(DigitsError) as raised:
        backends.check_chosen()
    assert str(raised.value) == sentence
    refused = digits("train", home=digits_home, check=False)
    assert (refused.returncode, refused.stderr.strip()) == (2, f"python -m digits: {sentence}")


def test_a_library_that_is_missing_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(backends, "is_installed", lambda name: False)
    with pytest.raises(DigitsError) as raised:
        backends.check_chosen()
    assert str(raised.value) == "JAX is not installed. Install the packages listed in requirements-jax.txt."
