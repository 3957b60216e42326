"""Who is meant: one who is clearly best, or a question with the words that tell them apart. Never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.intents.names import Candidate, distinguish, resolve

PEOPLE = [
    Candidate("mandir", "Rahul Sharma", landmark="mandir wala", phone="9820000011"),
    Candidate("atm", "Rahul Verma", landmark="ATM wala", phone="9820000012"),
    Candidate("mohan", "Mohan Lal"),
    Candidate("rohan", "Rohan Gupta"),
    Candidate("priya", "Priya Singh", nickname="Pinky"),
    Candidate("suresh", "Suresh Kumar"),
    Candidate("ramlal", "Ramlal"),
    Candidate("sunita", "सुनीता देवी"),
]


@pytest.mark.parametrize(
    ("spoken", "person"),
    [
        ("Rahul mandir wala", "mandir"),
        ("Rahul Sharma", "mandir"),
        ("raahul sarma ji", "mandir"),
        ("mandir wale", "mandir"),
        ("राहुल एटीएम वाला", "atm"),
        ("Rahul ATM wale bhaiya", "atm"),
        ("Verma ji", "atm"),
        ("rahul 0012", "atm"),
        ("Mohan", "mohan"),
        ("mohan bhai", "mohan"),
        ("Rohan", "rohan"),
        ("Preeya", "priya"),
        ("pinky madam", "priya"),
        ("Ram Lal", "ramlal"),
        ("Sunita", "sunita"),
        ("सुनीता", "sunita"),
        ("Sooresh", "suresh"),
    ],
)
def test_a_clear_name_is_certain(spoken: str, person: str) -> None:
    found = resolve(spoken, PEOPLE)
    assert found.is_certain
    assert found.best is not None
    assert found.best.id == person


@pytest.mark.parametrize("spoken", ["Rahul", "Raahul ji", "rahul bhai", "Rohul", "Rahul bank wala"])
def test_a_name_that_two_share_is_a_question(spoken: str) -> None:
    found = resolve(spoken, PEOPLE)
    assert found.kind == "several"
    assert found.best is None
    assert [choice.id for choice in found.choices] == ["mandir", "atm"]


@pytest.mark.parametrize(("spoken", "person"), [("Mogen", "mohan"), ("Surech", "suresh"), ("Priya Sinha", "priya")])
def test_a_near_miss_is_found_but_waits_for_a_yes(spoken: str, person: str) -> None:
    found = resolve(spoken, PEOPLE)
    assert found.kind == "one"
    assert not found.is_certain
    assert found.best is not None
    assert found.best.id == person


@pytest.mark.parametrize(
    ("spoken", "person"), [("Mohana", "mohan"), ("Rohana", "rohan"), ("Sunit", "sunita"), ("मोहना", "mohan")]
)
def test_another_ending_is_another_name_until_a_yes(spoken: str, person: str) -> None:
    found = resolve(spoken, PEOPLE)
    assert not found.is_certain
    assert found.best is None or found.best.id == person


@pytest.mark.parametrize("spoken", ["Zafar", "Ramesh", "", "ji", "500", "!!"])
def test_nobody_is_found_for_a_name_that_nobody_has(spoken: str) -> None:
    assert resolve(spoken, PEOPLE).kind == "none"


def test_rahul_is_never_rohan() -> None:
    found = resolve("Rahul", [Candidate("rohan", "Rohan Gupta")])
    assert not found.is_certain


def test_a_single_name_does_not_beat_the_same_name_with_a_surname() -> None:
    assert resolve("Rahul", [Candidate("a", "Rahul"), Candidate("b", "Rahul Sharma")]).kind == "several"


def test_a_full_name_beats_a_longer_one() -> None:
    found = resolve("Ram Kumar", [Candidate("a", "Ram Kumar"), Candidate("b", "Ram Kumar Gupta")])
    assert found.best is not None
    assert found.best.id == "a"


def test_recency_orders_choices_and_decides_nothing() -> None:
    people = [Candidate("old", "Amit Jain", recency=0.1), Candidate("new", "Amit Shah", recency=0.9)]
    found = resolve("Amit", people)
    assert found.kind == "several"
    assert [choice.id for choice in found.choices] == ["new", "old"]


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (PEOPLE[:2], ["mandir wala", "ATM wala"]),
        ([Candidate("1", "Amit Jain"), Candidate("2", "Amit Shah")], ["Jain", "Shah"]),
        (
            [Candidate("1", "Amit Jain", nickname="Mitu"), Candidate("2", "Amit Jain", nickname="Golu")],
            ["Mitu", "Golu"],
        ),
        (
            [Candidate("1", "Amit Jain", phone="9820000001"), Candidate("2", "Amit Jain", phone="9820000002")],
            ["0001", "0002"],
        ),
        ([Candidate("1", "Amit"), Candidate("2", "Amit")], ["Amit 1", "Amit 2"]),
    ],
)
def test_choices_are_told_apart_in_the_fewest_words(people: list[Candidate], words: list[str]) -> None:
    assert distinguish(people) == words


@given(st.text(max_size=60))
def test_any_text_resolves_without_raising(spoken: str) -> None:
    found = resolve(spoken, PEOPLE)
    assert (found.best is not None) == (found.kind == "one")
    assert 0.0 <= found.certainty <= 1.0
