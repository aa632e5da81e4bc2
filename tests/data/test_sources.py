import pytest

from digits.data.sources import SOURCES, check_source
from digits.errors import BadConfig


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_names_its_licence_origin_and_citation(source):
    assert source.licence == ("CC BY-SA 3.0" if "MNIST" in source.title else "CC BY 4.0")
    assert "1998" in source.citation
    assert source.origin


def test_an_unknown_source_is_refused_with_the_ones_there_are():
    with pytest.raises(BadConfig, match="no data source 'cifar'; choose one of sample, mnist, optdigits"):
        check_source("cifar")
