"""Zips from elsewhere: what runs and drawings make of them is in their own tests."""

import io
import re
import zipfile

import pytest

from digits.errors import DigitsError
from digits.storage import untrusted_zip
from digits.storage.untrusted_zip import Limits

LIMITS = Limits(re.compile(r"[a-z]\.json"), 3, 1 << 20, 2 << 20, "Choose another one.")


def zipped(**contents):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.json", content)
    return packed.getvalue()


def read(content, schema):
    with untrusted_zip.opened(content, LIMITS) as archive:
        return archive.read_json("a.json", schema)


def test_a_document_that_fits_its_schema_is_returned(tmp_path):
    content = zipped(a='{"n": 1}')
    assert read(content, {"required": ["n"]}) == {"n": 1}
    (tmp_path / "a.zip").write_bytes(content)
    assert read(tmp_path / "a.zip", {}) == {"n": 1}


def test_a_value_that_does_not_fit_is_named_by_its_place_and_never_shown():
    schema = {"properties": {"rows": {"items": {"properties": {"n": {"type": "integer"}}}}}}
    with pytest.raises(DigitsError) as told:
        read(zipped(a='{"rows": [{"n": 1}, {"n": "<b>evil</b>"}]}'), schema)
    assert str(told.value) == "In a.json of this zip, rows, 2, n is not as expected. Choose another one."


def test_an_error_of_the_caller_about_the_content_is_reported_as_damage():
    with (
        pytest.raises(DigitsError, match="it is damaged. Choose another one."),
        untrusted_zip.opened(zipped(a=""), LIMITS),
    ):
        raise ZeroDivisionError


def test_a_hostile_name_is_shown_as_code_and_cut():
    assert untrusted_zip.shown("a`b\n" + "x" * 100) == "`'a'b\\n" + "x" * 56 + "'`"
