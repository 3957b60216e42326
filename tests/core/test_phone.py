"""Phones: one spelling inside, the usual Indian ones in, nothing that is no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.core.phone import InvalidPhone, masked, to_e164


@pytest.mark.parametrize(
    "spelling",
    [
        "9820000001",
        "098200 00001",
        "98200-00001",
        "+91 98200 00001",
        "+919820000001",
        "0091 98200 00001",
        "(098200) 00001",
        " 98200 00001 ",
        "91 9820000001",
    ],
)
def test_usual_spellings_are_one_number(spelling: str) -> None:
    assert to_e164(spelling) == "+919820000001"


def test_a_number_of_another_country_needs_its_code() -> None:
    assert to_e164("+44 20 7946 0958") == "+442079460958"


WRONG = ["", " ", "12", "98200", "98200000012", "0000000000", "+91", "+999820000001", "abc", "-", "9" * 100]


WORDS = ["call 9820000001", "9820000001 ext. 5", "9820000001x5", "tel:+919820000001;ext=5", "98200 00001 and more"]
OTHER_DIGITS = ["९८२००००००१", "９８２００００００１", "98200\u200b00001", "98200\n00001", "9820000001\x00"]


@pytest.mark.parametrize("spelling", [*WRONG, *WORDS, *OTHER_DIGITS, "9820000001" + " " * 40 + "7"])
def test_what_is_no_number_is_refused(spelling: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        to_e164(spelling)
    assert (refused.value.status, refused.value.code) == (400, "INVALID_PHONE")


@given(st.text(max_size=60))
def test_any_text_is_a_number_in_one_form_or_refused(text: str) -> None:
    try:
        number = to_e164(text)
    except InvalidPhone:
        return
    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert to_e164(number) == number


def test_all_but_the_end_is_hidden() -> None:
    assert masked("+919820000001") == "*********0001"
    assert masked("12") == "12"
    assert masked("") == ""
