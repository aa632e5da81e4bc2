import pytest

from digits.errors import BadConfig, DigitsError
from digits.exports import formats
from digits.exports.formats import FORMATS, Export


@pytest.mark.parametrize("part", ["onnx", "onnx 0-1", "html", "litert-int8 0-1"])
def test_an_export_is_named_by_its_format_and_its_scale(part):
    assert Export.parse(part).part == part


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"format": "pdf"}, "There is no format 'pdf'. Choose one of html, keras"),
        ({"format": "html", "scale": "0-1"}, "takes pixels from 0-255, not 0-1"),
        ({"format": "keras", "layout": "triton"}, "has no layout 'triton'. It has none."),
        ({"format": "onnx", "layout": "tf-serving"}, "It has triton."),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(wanted, why):
    with pytest.raises(BadConfig, match=why):
        Export(**wanted)


def test_a_missing_package_is_named_with_the_file_that_installs_it(monkeypatch):
    monkeypatch.setitem(
        FORMATS, "onnx", formats.Format(title="ONNX", about="", model="", packages=("no-such", "nor-so"))
    )
    assert formats.missing_packages("onnx") == ["no-such", "nor-so"]
    with pytest.raises(DigitsError) as error:
        formats.check_installed("onnx")
    assert str(error.value) == (
        "ONNX needs no-such and nor-so, not installed here: install requirements-export.txt and try again."
    )


def test_formats_of_keras_and_the_browser_need_nothing_more():
    assert [name for name, known in FORMATS.items() if not known.packages] == ["html", "keras", "savedmodel"]
