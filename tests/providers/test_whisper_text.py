"""Words that nobody said are taken away, words that somebody repeats are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.providers.whisper_decoder import non_latin
from execora.providers.whisper_text import PROMPT, reads_back_prompt, without_repetition


@pytest.mark.parametrize(
    ("decoded", "kept"),
    [
        ("Bill banao. Bill banao.", "Bill banao."),
        ("Paanch sau jama kiye. Paanch sau jama kiye. Paanch sau jama ki", "Paanch sau jama kiye."),
        ("Paanch sau jama kiye. Paanch sau jama kiye. Paanch sau jama kiye. Paan", "Paanch sau jama kiye."),
        ("Kitna baaki hai? kitna baaki hai?", "Kitna baaki hai?"),
        ("Doodh likho. Bill banao. Bill banao.", "Doodh likho. Bill banao."),
        ("do kilo chawal likh do do kilo chawal likh do do kilo", "do kilo chawal likh do"),
        ("do kilo chawal likh do, do kilo chawal likh do", "do kilo chawal likh do"),
        ("Haan. Haan. Haan.", "Haan."),
        ("Stock mein pek pek pek pek pek pek pek.", "Stock mein pek."),
        ("Raghu sau rup sau rup Sau rup sau rup sau rup sau rup do.", "Raghu sau rup do."),
        (
            "Amit ko doodh do. Priya ne sau diye. Amit ko doodh do. Priya ne sau diye. Amit ko",
            "Amit ko doodh do. Priya ne sau diye.",
        ),
    ],
)
def test_runaway_repetition_is_cut(decoded: str, kept: str) -> None:
    assert without_repetition(decoded) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Haan.",
        "do kilo, do kilo chawal",
        "do kilo, do kilo",
        "nau sau, nau sau, nau sau",
        "Do kilo chawal likho, aur do kilo chini likho.",
        "Bill banao. Doodh likho. Bill banao.",
        "Bill banao. Bill bhejo.",
        "Bill banao abhi. Bill banao.",
        "Amit ko doodh do. Amit ko doodh do kilo",
        "Make a bill for Rahul, 5 kilos of rice.",
        "What are today's total sales?",
        "98200 98200",
        "nau nau nau nau nau aath",
    ],
)
def test_what_people_repeat_is_kept(said: str) -> None:
    assert without_repetition(said) == said


sentences = st.lists(
    st.sampled_from(["rahul", "ko", "do", "kilo", "chawal", "bill", "banao", "sau"]),
    min_size=1,
    max_size=8,
    unique=True,
)


@given(words=sentences, times=st.integers(1, 5), cut=st.integers(0, 30))
def test_any_number_of_repetitions_leaves_one(words: list[str], times: int, cut: int) -> None:
    sentence = " ".join(words) + "."
    repeated = " ".join([sentence] * times)
    assert without_repetition(f"{repeated} {sentence[:cut]}".rstrip()) == sentence


@given(st.text(max_size=200))
def test_cutting_twice_changes_nothing_and_adds_nothing(text: str) -> None:
    once = without_repetition(text)
    assert without_repetition(once) == once
    assert len(once) <= len(text)


def test_the_prompt_read_back_is_recognised() -> None:
    for sentence in PROMPT.replace("?", ".").split("."):
        assert reads_back_prompt(sentence.strip() + ".")
    assert reads_back_prompt(PROMPT)
    assert reads_back_prompt("Bhaiya ko paanch ki")
    assert reads_back_prompt("Woh bill radd kar do. Bhaiya ko")


@pytest.mark.parametrize(
    "said",
    ["Rahul ka udhaar kitna baaki hai?", "Udhaar kitna baaki hai?", "Bill radd kar do.", "Unka.", PROMPT + " Haan."],
)
def test_what_people_say_in_the_words_of_the_prompt_is_not(said: str) -> None:
    assert not reads_back_prompt(said)


def test_the_prompt_names_nobody() -> None:
    """A name in the prompt comes back where a name was unclear, and then somebody else is billed."""
    starts_of_sentences = {sentence.split()[0] for sentence in PROMPT.replace("?", ".").split(".") if sentence.split()}
    assert {word for word in PROMPT.split() if word[0].isupper()} <= starts_of_sentences


def test_only_ascii_tokens_are_allowed() -> None:
    # U+0120 is how the vocabulary spells a space, U+00E0 U+00A4 begin a Devanagari letter, U+00C3 U+00A9 are "e" with an accent.
    vocabulary = {
        "bill": 1,
        "\u0120bill": 2,
        "\u00e0\u00a4": 3,
        "caf\u00c3\u00a9": 4,
        "<|hi|>": 5,
        "\u010a": 6,
        "'s": 7,
    }
    assert set(non_latin(vocabulary)) == {3, 4}
