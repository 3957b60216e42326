"""Spellings and mishearings of one name meet; different names stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.sound import MAX_LENGTH, ends_alike, key_similarity, nearest_keys, similarity, sound_key


@pytest.mark.parametrize(
    "spellings",
    [
        "Rahul Raahul Rahool rahul",
        "Geeta Gita Geetha Geetaa",
        "Vikas Wikas Vikaas",
        "Sharma Sarma Sharmaa",
        "Priya Preeya Pria Priyaa",
        "Harish Hareesh Haris",
        "Sanjay Sanjai Samjay",
        "Lakshmi Laxmi Lakhsmi",
        "Zahir Jahir",
        "Jyoti Joti Jyothi",
        "Vijay Wijay Vijai",
        "Farida Phareeda",
        "chini cheeni chinni cheenee",
        "doodh dudh dood",
        "chawal chaawal chaval",
        "pyaaz pyaz pyaj",
        "school skool",
    ],
)
def test_spellings_of_one_word_share_a_key(spellings: str) -> None:
    assert len({sound_key(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rahul", "Rohan"),
        ("Suresh", "Naresh"),
        ("Amit", "Sumit"),
        ("Geeta", "Neeta"),
        ("Mohan", "Rohan"),
        ("Sita", "Gita"),
    ],
)
def test_different_names_are_not_near(one: str, other: str) -> None:
    assert similarity(one, other) < 0.78


@pytest.mark.parametrize(
    ("one", "other"),
    [("Mohan", "Mogen"), ("Vikas", "Bikas"), ("Rahul", "Rohul"), ("powder", "pawdar"), ("Farida", "Fareda")],
)
def test_a_slip_is_near_but_not_the_same(one: str, other: str) -> None:
    assert 0.78 <= similarity(one, other) < 1.0


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Amit", "Amita", False),
        ("Mohan", "Mohana", False),
        ("Imran", "Imrana", False),
        ("Geeta", "Geetah", True),
        ("Sharma", "Sharmaa", True),
        ("Rahul", "Raahul", True),
        ("Lakshmi", "Laxmee", True),
        ("Priya", "Preeya", True),
    ],
)
def test_endings_tell_names_of_one_key_apart(one: str, other: str, alike: bool) -> None:
    assert sound_key(one) == sound_key(other)
    assert ends_alike(one, other) is alike


def test_words_stay_apart_in_the_key_and_are_compared_without_their_spaces() -> None:
    assert sound_key("Rahul Sharma") == "rahul sarm"
    assert similarity("chai patti", "chaipatti") == 1.0


def test_nothing_sounds_like_nothing() -> None:
    assert sound_key("!?") == ""
    assert similarity("", "") == 0.0
    assert similarity("Rahul", "") == 0.0


def test_nearest_keys_come_best_first_and_above_the_bound() -> None:
    keys = [sound_key(name) for name in ("Mohan", "Rohan", "Sohan", "Mohini", "Kavita")]
    found = nearest_keys(sound_key("Mohen"), keys, at_least=0.75)
    assert found[0] == ("mohan", 0.92)
    assert all(close >= 0.75 for _, close in found)
    assert "kavit" not in [key for key, _ in found]


@given(st.text(max_size=200))
def test_any_text_has_a_key_of_plain_letters(text: str) -> None:
    key = sound_key(text)
    assert all(char.isascii() and (char.isalnum() or char == " ") for char in key)
    assert len(key) <= 2 * MAX_LENGTH
    assert key == key.strip()


@given(st.text("abcdefghijklmnopqrstuvwxyz ", max_size=15), st.text("abcdefghijklmnopqrstuvwxyz ", max_size=15))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    first, second = sound_key(one), sound_key(other)
    assert key_similarity(first, second) == pytest.approx(key_similarity(second, first))
    assert 0.0 <= key_similarity(first, second) <= 1.0
