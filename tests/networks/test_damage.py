import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import BadConfig, DamagedFile
from digits.inference.snapshot import Snapshot
from digits.networks import architectures, damage, weights
from digits.networks.damage import Damage
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs


@pytest.fixture
def cnn():
    """Settings of a convolutional network, and weights that were not learned."""
    settings, random = make_settings(architecture="cnn"), np.random.default_rng(0)
    return settings, [random.uniform(0.1, 1, s).astype(np.float32) for s in architectures.weight_shapes(settings)]


@pytest.mark.parametrize("name", ["starter", "trained"])
def test_the_weights_in_the_keras_file_make_the_network_that_predicts(with_run, name):
    run = runs.get("starter") if name == "starter" else with_run
    images = open_dataset("sample").images[:20]
    network = weights.network(run.settings, weights.read(run.model.file("model.keras"), run.settings))
    exported = models.recognizer(run)
    exported._temperature = 1
    np.testing.assert_allclose(network.probabilities(images), exported.probabilities(images), atol=1e-4)


def test_weights_that_are_damaged_or_another_networks_are_refused(with_run, tmp_path):
    with pytest.raises(DamagedFile):
        weights.read(with_run.model.file("model.keras"), make_settings(architecture="cnn"))
    with pytest.raises(DamagedFile):
        weights.read(with_run.model.file("model.keras"), make_settings(architecture="mlp", units=64))
    (tmp_path / "model.keras").write_bytes(b"PK nothing")
    with pytest.raises(DamagedFile):
        weights.read(tmp_path / "model.keras", with_run.settings)


def test_no_damage_changes_nothing_and_the_given_weights_never_change(cnn):
    settings, own = cnn
    before = [weight.copy() for weight in own]
    for some in (Damage(), Damage(noise=1, weights=0.5, filters=0.5, bits=2, off=1)):
        found = damage.apply(some, settings, own)
        assert all(np.array_equal(*pair) for pair in zip(before, own, strict=True))
        assert all(np.array_equal(*pair) for pair in zip(own, found, strict=True)) == (not some)


def test_each_kind_of_damage_does_what_it_says(cnn):
    settings, own = cnn
    noisy = damage.apply(Damage(noise=2), settings, own)
    assert np.std(noisy[0] - own[0]) == pytest.approx(2 * own[0].std(), rel=0.1)
    assert np.array_equal(noisy[1], own[1])  # no kernel: what normalises
    assert (damage.apply(Damage(weights=0.3), settings, own)[-2] == 0).mean() == pytest.approx(0.3, abs=0.1)
    for bits in (8, 4, 2):
        coarse = damage.apply(Damage(bits=bits), settings, own)[0]
        assert (
            len(np.unique(coarse)) <= 2**bits - 1 and abs(coarse - own[0]).max() <= own[0].max() / (2**bits - 2) + 1e-6
        )
    off = damage.apply(Damage(off=2), settings, own)
    assert not off[5].any() and off[0].all() and np.array_equal(off[6], own[6])


def test_a_filter_that_is_zero_gives_nothing_whatever_the_picture(cnn):
    settings, own = cnn
    found = damage.apply(Damage(filters=0.5), settings, own)
    zero = ~found[0].any(axis=(0, 1, 2))
    assert 0 < zero.sum() < len(zero)
    assert not found[1][zero].any() and not found[2][zero].any() and found[1][~zero].all()
    assert found[-1].all() and found[-2].any(axis=0).all()  # all ten digits stay


def test_a_stronger_damage_contains_the_weaker(cnn):
    settings, own = cnn
    weak, strong = (damage.apply(Damage(weights=share), settings, own)[0] == 0 for share in (0.2, 0.6))
    assert weak.sum() < strong.sum() and strong[weak].all()


@pytest.mark.parametrize("some", [Damage(), Damage(noise=0.5, bits=4), Damage(weights=0.25, filters=0.1, off=2)])
def test_a_damage_survives_as_text(some):
    assert Damage.read(str(some)) == some and bool(some) == bool(str(some))


@pytest.mark.parametrize(
    "text",
    [
        "noise",
        "noise=x",
        "nope=1",
        "noise=-1",
        "noise=nan",
        "bits=3",
        "weights=2",
        "off=-1",
        f"off={10**400}",
        f"bits={10**400}",
    ],
)
def test_a_damage_that_makes_no_sense_is_refused(text):
    with pytest.raises(BadConfig):
        Damage.read(text)


def test_people_read_which_damage_it_was(cnn):
    settings, _ = cnn
    text = Damage(noise=0.5, weights=0.2, bits=4, off=2).in_words(settings)
    assert text == "noise of 0.5 on its weights, 20% of its weights 0, 4 bits a weight, convolution 2 off"
    assert damage.kernels(settings) == ["Convolution 1", "Convolution 2", "Hidden layer 1", "Last layer"]
    assert Damage().in_words(settings) == "no damage"


def test_a_network_without_its_first_layer_only_guesses(with_run):
    own = weights.read(with_run.model.file("model.keras"), with_run.settings)
    digits = open_dataset("sample")
    images, labels = digits.images[:500], digits.labels[:500]

    def accuracy(some: Damage) -> float:
        network: Snapshot = weights.network(with_run.settings, damage.apply(some, with_run.settings, own))
        return (network.probabilities(images).argmax(axis=1) == labels).mean()

    assert accuracy(Damage()) > 0.85
    assert accuracy(Damage(bits=8)) > 0.85
    assert accuracy(Damage(off=1)) < 0.25
    assert accuracy(Damage(noise=5)) < 0.6


def test_the_simplest_network_has_no_filters_to_lose():
    assert damage.kernels(make_settings(architecture="linear")) == ["Last layer"]
    shapes = [np.ones((784, 10), np.float32), np.ones(10, np.float32)]
    found = damage.apply(Damage(filters=0.5), make_settings(architecture="linear"), shapes)
    assert all(weight.all() for weight in found)
