"""An id has one spelling, but for case."""

import pytest

from execora.core.ids import new_id, parse_id


def test_a_new_id_is_read_in_either_case() -> None:
    key = new_id()
    assert parse_id(str(key)) == parse_id(str(key).upper()) == key


@pytest.mark.parametrize(
    "text",
    [
        "01a20dc7389d76abaeeb2e7c2280aac3----",
        "01a20dc-7389d-76ab-aeeb-2e7c2280aac3",
        "{01a20dc7389d76abaeeb2e7c2280aac3}--",
        "urn:uuid:01a20dc7389d76abaeeb2e7c2280",
        "०१a20dc7-389d-76ab-aeeb-2e7c2280aac3",
        "01a20dc7-389d-76ab-aeeb-2e7c2280aacg",
        "",
    ],
)
def test_no_other_spelling_is_an_id(text: str) -> None:
    assert parse_id(text) is None
