"""Goods are found by any of their names, in either script, however spelt; words that are none find nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.language.script import normalise
from voice.intents.products import Lexicon, ProductEntry

LEXICON = Lexicon(
    [
        ProductEntry("rice", "Chawal", "kg", ("rice", "चावल")),
        ProductEntry("flour", "Aata", "kg", ("atta", "आटा")),
        ProductEntry("tea", "Chai Patti", "packet", ("चायपत्ती",)),
        ProductEntry("moong", "Moong Dal", "kg"),
        ProductEntry("arhar", "Arhar Dal", "kg", ("toor dal",)),
        ProductEntry("chilli", "Mirchi", "kg", ("lal mirch",)),
        ProductEntry("powder", "Mirchi Powder", "packet"),
        ProductEntry("oil", "Tel", "litre"),
        ProductEntry("mustard", "Sarson ka Tel", "litre", ("mustard oil",)),
        ProductEntry("biscuit", "Biscuit", "packet"),
        ProductEntry("tomato", "Tamatar", "kg", ("tomato",)),
    ]
)


@pytest.mark.parametrize(
    ("said", "product_id", "words"),
    [
        ("chawal do", "rice", 1),
        ("chaaval", "rice", 1),
        ("चावल", "rice", 1),
        ("aataa", "flour", 1),
        ("chaipatti", "tea", 1),
        ("chai pati ka", "tea", 2),
        ("moong dal", "moong", 2),
        ("mung daal", "moong", 2),
        ("mirchi powder", "powder", 2),
        ("mirchi pawdar", "powder", 2),
        ("mirchi do", "chilli", 1),
        ("sarson ka tel", "mustard", 3),
        ("sarson tel", "mustard", 2),
        ("tel", "oil", 1),
        ("biskut", "biscuit", 1),
        ("biscuits", "biscuit", 1),
        ("tomatoes", "tomato", 1),
    ],
)
def test_the_longest_name_is_found(said: str, product_id: str, words: int) -> None:
    match = LEXICON.find(normalise(said).split(), 0)
    assert match is not None
    assert (match.product_id, match.end) == (product_id, words)


@pytest.mark.parametrize("said", ["rahul", "kaddu", "ko", "500", ",", "xyz", "x" * 300])
def test_words_that_are_no_goods_find_nothing(said: str) -> None:
    assert LEXICON.find([said], 0) is None


def test_a_word_shared_by_several_products_names_none_of_them() -> None:
    match = LEXICON.find(["dal"], 0)
    assert match is not None
    assert match.product_id is None
    assert {entry.id for entry in match.choices} == {"moong", "arhar"}


def test_an_alias_of_two_products_names_neither() -> None:
    shared = Lexicon(
        [ProductEntry("a", "Tata Namak", "packet", ("namak",)), ProductEntry("b", "Sendha Namak", "kg", ("namak",))]
    )
    match = shared.find(["namak"], 0)
    assert match is not None
    assert match.product_id is None
    assert len(match.choices) == 2


def test_a_near_sound_is_less_certain_than_the_name() -> None:
    exact, near = LEXICON.find(["biscuit"], 0), LEXICON.find(["bisket"], 0)
    assert exact is not None
    assert near is not None
    assert exact.certainty == 1.0
    assert near.certainty < 1.0


def test_an_exact_search_does_not_guess() -> None:
    assert LEXICON.find_exact(["bisket"], 0) is None
    assert LEXICON.find_exact(["mirchi", "powder"], 0) is not None


@given(st.lists(st.text(max_size=12), max_size=8), st.integers(0, 7))
def test_finding_never_raises(words: list[str], start: int) -> None:
    if start < len(words):
        match = LEXICON.find(words, start)
        assert match is None or start < match.end <= len(words)
