"""Words that are dropped must not be words that mean something."""

import pytest

from execora.language.numbers import read_number
from execora.language.spoken import FILLERS, HONORIFICS
from execora.language.units import read_unit


def test_no_dropped_word_is_a_number_or_a_unit() -> None:
    dropped = FILLERS | HONORIFICS
    assert [word for word in dropped if read_number([word]) or read_unit(word)] == []


@pytest.mark.parametrize(
    "word", ["haan", "nahi", "aur", "wala", "wali", "ko", "ka", "ne", "uska", "do", "mat", "cancel"]
)
def test_words_that_carry_meaning_are_kept(word: str) -> None:
    assert word not in FILLERS | HONORIFICS


@pytest.mark.parametrize("word", ["ji", "bhai", "bhaiya", "sahab", "saab", "seth", "madam", "sir", "didi", "chacha"])
def test_forms_of_address_are_known(word: str) -> None:
    assert word in HONORIFICS
