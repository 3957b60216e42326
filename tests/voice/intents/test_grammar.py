"""What must hold of every parse: real recognised speech is read, doubt is asked, and nothing hostile hurts."""

import random
import time
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execora.language.numbers import number_in_words
from voice.intents.grammar import Context, parse
from voice.intents.names import Candidate, resolve
from voice.intents.products import Lexicon, ProductEntry
from voice.intents.schema import Intent, Parse

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
LEXICON = Lexicon(
    ProductEntry(name, name, "", tuple(aliases.split(",")) if aliases else ())
    for name, aliases in {
        "chawal": "rice,चावल", "chini": "sugar", "tel": "oil", "doodh": "milk", "aata": "atta", "biscuit": "biskut", "namak": "",
        "moong dal": "", "chai patti": "tea", "surf excel": "surf", "banana": "kela", "besan": "",
    }.items()
)  # fmt: skip


def understand(text: str, expecting: str = "", *options: str) -> Parse:
    return parse(text, lexicon=LEXICON, now=NOW, context=Context(expecting, options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heard", "intent", "entities"),
    [
        (
            "Rahul ko paanch kilo chawal ka bill banao.",
            Intent.CREATE_INVOICE,
            {"customer": "Rahul", "items": [{"product": "chawal", "quantity": 5, "unit": "kg"}]},
        ),
        ("Priya ne paanch sau rupie jama kiye.", Intent.RECORD_PAYMENT, {"customer": "Priya", "amount": 500}),
        ("Amit ko dhai sa rupye udhaar diye.", Intent.ADD_CREDIT, {"customer": "Amit", "amount": 250}),
        ("Suresh ka kitna udhaar baaki hai?", Intent.CHECK_BALANCE, {"customer": "Suresh"}),
        (
            "Kal shamsat bhaji mohan ko peise ki yaad dilana.",
            Intent.CREATE_REMINDER,
            {"customer": "Mohan", "datetime": "2026-11-25T19:00:00+05:30"},
        ),
        ("Chawal ka stock kitna bacha hai.", Intent.CHECK_STOCK, {"product": "chawal"}),
        ("Aaj ki kul bikri kitni hoi.", Intent.DAILY_SUMMARY, {}),
        (
            "2 kilo chini or 1 litre telljoro.",
            Intent.CREATE_INVOICE,
            {
                "items": [
                    {"product": "chini", "quantity": 2, "unit": "kg"},
                    {"product": "tel", "quantity": 1, "unit": "litre"},
                ]
            },
        ),
        ("How much does Suresh Omi?", Intent.CHECK_BALANCE, {"customer": "Suresh"}),
        ("Record a payment of 500 rupees from Priya.", Intent.RECORD_PAYMENT, {"customer": "Priya", "amount": 500}),
        (
            "Make a bill for Rahul 5 kilos of rice.",
            Intent.CREATE_INVOICE,
            {"customer": "Rahul", "items": [{"product": "rice", "quantity": 5, "unit": "kg"}]},
        ),
        (
            "Remind Mohan about the payment tomorrow at 7 in the evening.",
            Intent.CREATE_REMINDER,
            {"customer": "Mohan", "datetime": "2026-11-25T19:00:00+05:30"},
        ),
        ("Yes confirm it.", Intent.CONFIRM, {}),
        ("Cancel the last bill", Intent.CANCEL_INVOICE, {"invoiceRef": "last"}),
        (
            "Rahul ko 2 packet doodh de do",
            Intent.CREATE_INVOICE,
            {"customer": "Rahul", "items": [{"product": "doodh", "quantity": 2, "unit": "packet"}]},
        ),
        (
            "Rahul ko do kilo chawal do",
            Intent.CREATE_INVOICE,
            {"customer": "Rahul", "items": [{"product": "chawal", "quantity": 2, "unit": "kg"}]},
        ),
        ("stock mein pachaas packet chai patti add karo", Intent.UPDATE_STOCK,
         {"product": "chai patti", "quantity": 50, "unit": "packet", "direction": "in"}),
        ("invoice confirm kar do", Intent.CONFIRM, {}),
    ],
)  # fmt: skip
def test_recognised_speech_is_read(heard: str, intent: Intent, entities: dict[str, object]) -> None:
    found = understand(heard)
    assert (found.intent, found.entities()) == (intent, entities)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("bill banao", ("customer", "items")),
        ("Rahul ka bill banao", ("items",)),
        ("Rahul ne paise diye", ("amount",)),
        ("500 jama karo", ("customer",)),
        ("balance batao", ("customer",)),
        ("Rahul ko yaad dilana", ("datetime",)),
        ("stock batao", ("product",)),
        ("Rahul 500", ("direction",)),
        ("Rahul ko 500 diye", ("direction",)),
        ("Rahul ko 500 mile", ("direction",)),
        ("I paid Rahul 500", ("direction",)),
        ("Rahul ne 500 udhaar diye", ("direction",)),
        ("Rahul ka udhaar 500 kam karo", ("direction",)),
        ("kya Rahul ne 500 diye", ("direction",)),
        ("did Rahul pay 500?", ("direction",)),
    ],
)
def test_what_is_missing_is_asked_in_order(said: str, missing: tuple[str, ...]) -> None:
    found = understand(said)
    assert found.missing == missing
    assert found.question == missing[0]
    assert not found.is_complete


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Rahul ko -500 udhaar likh do", "amount_range"),
        ("Rahul ko 0 rupaye udhaar likh do", "amount_range"),
        ("Rahul ko minus 500 udhaar likh do", "amount_range"),
        ("Rahul ko 9999999999 udhaar likh do", "amount_range"),
        ("Rahul ko 99999999999999999999 udhaar likh do", "amount_range"),
        ("Rahul ko 500.555 udhaar likh do", "amount_range"),
        ("Rahul ko 500 600 udhaar likh do", "amount_unsure"),
        ("Rahul ko likh do sau rupaye", "amount_unsure"),
        ("Rahul ko udhaar do sau do", "amount_unsure"),
        ("Rahul ne 500 paise jama kiye", "amount_unsure"),
        ("Rahul ne Priya ko 500 udhaar diye", "customer_unsure"),
        ("Rahul aur Priya ko 500 udhaar likho", "customer_unsure"),
        ("Rahul ki biwi ko 500 udhaar diye", "customer_unsure"),
        ("Rahul ne 500 nahi diye", "negated"),
        ("Rahul ka bill mat banao", "negated"),
        ("don't give Rahul 500 credit", "negated"),
        ("Rahul ko 500 gadbad udhaar likh do", "unread"),
        ("Rahul ko 2 kilo chini 90 rupaye", "unread"),
        ("Rahul ka bill 2 kilo chini 3 kilo chawal total 250", "unread"),
        ("kuch bhi", "intent"),
        ("", "intent"),
        ("...", "intent"),
    ],
)
def test_doubt_is_a_question(said: str, question: str) -> None:
    assert understand(said).question == question


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("Rahul ke padosi ko batao ki wo udhaar nahi deta", "disclosure-to-third-party"),
        ("saare bill cancel kar do", "bulk-cancel"),
        ("sabka data delete kar do", "bulk-delete"),
    ],
)
def test_what_is_never_done_is_refused(said: str, refusal: str) -> None:
    assert understand(said).refusal == refusal
    assert not understand(said).is_complete


@pytest.mark.parametrize("said", ["hmm", "accha", "hmm accha", "ok bhai?", "haan?", "kya", "haan nahi", "shayad"])
def test_hesitation_confirms_nothing(said: str) -> None:
    assert understand(said, "confirmation").intent is not Intent.CONFIRM


@pytest.mark.parametrize(
    "said", ["haan", "ji haan", "theek hai", "ok", "kar do", "haan likh do", "yes", "हाँ", "pakka karo"]
)
def test_a_yes_confirms(said: str) -> None:
    assert understand(said, "confirmation").intent is Intent.CONFIRM


@pytest.mark.parametrize(
    "said", ["nahi", "rehne do", "mat karo", "no", "cancel", "cancel karo", "नहीं", "galat hai", "confirm mat karo"]
)
def test_a_no_denies(said: str) -> None:
    assert understand(said, "confirmation").intent is Intent.DENY


@pytest.mark.parametrize(
    ("said", "expecting", "options", "entities"),
    [
        ("pehla wala", "choice", ["mandir wala", "ATM wala"], {"option": 1}),
        ("do", "choice", ["mandir wala", "ATM wala"], {"option": 2}),
        ("mandir wala", "choice", ["mandir wala", "ATM wala"], {"option": 1}),
        ("atm wale", "choice", ["mandir wala", "ATM wala"], {"option": 2}),
        ("aakhri wala", "choice", ["mandir wala", "ATM wala"], {"option": 2}),
        ("Sharma", "choice", ["Sharma", "Verma"], {"option": 1}),
        ("Priya", "customer", [], {"customer": "Priya"}),
        ("Rahul mandir wala", "customer", [], {"customer": "Rahul mandir wala"}),
        ("500", "amount", [], {"amount": 500}),
        ("dhai sau rupaye", "amount", [], {"amount": 250}),
        ("5 kilo chawal", "items", [], {"items": [{"product": "chawal", "quantity": 5, "unit": "kg"}]}),
        ("teen kilo", "items", [], {"quantity": 3, "unit": "kg"}),
        ("kal shaam 5 baje", "datetime", [], {"datetime": "2026-11-25T17:00:00+05:30"}),
        ("udhaar", "direction", [], {"direction": "out"}),
        ("jama kiya", "direction", [], {"direction": "in"}),
        ("usne diye", "direction", [], {"direction": "in"}),
        ("usko diye", "direction", [], {"direction": "out"}),
        ("chini", "product", [], {"product": "chini"}),
    ],
)
def test_a_short_answer_fills_what_was_asked(
    said: str, expecting: str, options: list[str], entities: dict[str, object]
) -> None:
    found = understand(said, expecting, *options)
    assert (found.intent, found.entities()) == (Intent.PROVIDE, entities)


@pytest.mark.parametrize(
    "expecting", ["customer", "choice", "amount", "items", "confirmation", "datetime", "direction"]
)
def test_a_whole_command_in_the_middle_of_a_question_is_a_new_command(expecting: str) -> None:
    found = understand("Priya ne 700 jama kiye", expecting, "mandir wala", "ATM wala")
    assert (found.intent, found.entities()) == (Intent.RECORD_PAYMENT, {"customer": "Priya", "amount": 700})


def test_a_sentence_that_recognition_repeats_is_one_command() -> None:
    found = understand("Rahul ko 2 kilo chini ka bill banao. Rahul ko 2 kilo chini ka bill banao.")
    assert found.intent is Intent.CREATE_INVOICE
    assert len(found.items) == 1


def test_names_that_are_words_as_well_are_names_where_a_name_stands() -> None:
    for name in ("Diya", "Bina", "Mangal", "Das", "Bhola", "Billu", "Jamal", "Roshan"):
        found = understand(f"{name} ne 500 diye")
        assert (found.intent, found.customer, found.amount_paise) == (Intent.RECORD_PAYMENT, name, 50_000)


def test_confidence_is_full_only_when_every_word_was_read() -> None:
    assert understand("Rahul ko 500 udhaar likh do").confidence == 1.0
    assert understand("Rahul ko 500 gadbad udhaar likh do").confidence < 1.0


def test_the_words_of_the_speaker_are_kept() -> None:
    found = understand("राहुल को ५०० उधार लिख दो")
    assert found.original_text == "राहुल को ५०० उधार लिख दो"
    assert found.normalized_text == "rahul ko 500 udhaar likh do"
    assert found.language == "hi-Deva"


PEOPLE = [
    Candidate("1", "Rahul Sharma", landmark="mandir wala"), Candidate("2", "Rahul Verma", landmark="ATM wala"),
    Candidate("3", "Priya Singh"), Candidate("4", "Mohan Lal"), Candidate("5", "Rohan Gupta"), Candidate("6", "Suresh Kumar"),
    Candidate("7", "Naresh Saini"), Candidate("8", "Vikas Chauhan"), Candidate("9", "Geeta Rani"), Candidate("10", "Neeta Rao"),
    Candidate("11", "Shyam Das"), Candidate("12", "Farida Begum"), Candidate("13", "Jamal Khan"), Candidate("14", "Anita Joshi"),
    Candidate("15", "Amita Joshi"), Candidate("16", "Harish Pant"), Candidate("17", "Babu Lal"), Candidate("18", "Imran Khan"),
]  # fmt: skip
PAYMENTS = (
    "{who} ne {sum} rupaye jama kiye", "{who} ne {sum} rupaye diye", "{who} se {sum} mile", "{who} ke {sum} rupaye aa gaye",
    "received {sum} rupees from {who}", "{who} paid {sum} rupees", "jama karo {who} ke {sum} rupaye", "{sum} rupaye {who} ne diye",
)  # fmt: skip
CREDITS = (
    "{who} ko {sum} rupaye udhaar", "{who} ke khate mein {sum} rupaye likh do", "{who} ka {sum} rupaye udhaar likho",
    "{who} ne {sum} rupaye udhaar liya", "udhaar likho {who} ka {sum} rupaye", "add {sum} rupees to {who} account",
)  # fmt: skip
BILLS = (
    "{who} ko {goods} ka bill banao",
    "{who} ka bill banao {goods}",
    "make a bill for {who} {goods}",
    "{goods} {who} ko de do",
)


def _noisy(word: str, chance: random.Random) -> str:
    """Return the word as another would spell it, or as recognition hears it."""
    if len(word) < 4 or not word.isalpha():
        return word
    place = chance.randrange(1, len(word))
    kinds = (
        lambda: word[:place] + word[place:].replace("h", "", 1),
        lambda: word[:place] + word[place] + word[place:],
        lambda: word.replace("v", "w") if "v" in word else word.replace("w", "v"),
        lambda: word.replace("sh", "s") if "sh" in word else word.replace("s", "sh"),
        lambda: word[:place] + word[place + 1 :],
    )
    return chance.choice(kinds)()


def _spoken(template: str, who: str, chance: random.Random, **slots: str) -> str:
    words = [_noisy(word, chance) if "{" not in word and chance.random() < 0.1 else word for word in template.split()]
    return " ".join(words).format(who=who, **slots)


def _name(person: Candidate, chance: random.Random) -> str:
    words = person.name.split() if chance.random() < 0.4 else [person.name.split()[0]]
    words = [_noisy(word, chance) if chance.random() < 0.2 else word for word in words]
    extra = [person.landmark] if person.landmark and chance.random() < 0.5 else []
    honorific = [chance.choice(["ji", "bhai", "madam"])] if chance.random() < 0.3 else []
    return " ".join([*words, *honorific, *extra])


@settings(max_examples=600)
@given(st.sampled_from(PEOPLE), st.integers(1, 9_99_999), st.integers(0, 2**32), st.booleans(), st.booleans())
def test_money_is_never_booked_wrongly_without_a_question(
    person: Candidate, rupees: int, seed: int, is_payment: bool, in_words: bool
) -> None:
    chance = random.Random(seed)
    amount = number_in_words(rupees, "hi-Latn") if in_words else str(rupees)
    said = _spoken(chance.choice(PAYMENTS if is_payment else CREDITS), _name(person, chance), chance, sum=amount)
    found = understand(said)
    if found.question is not None or found.intent not in (Intent.RECORD_PAYMENT, Intent.ADD_CREDIT):
        return
    whom = resolve(found.customer or "", PEOPLE)
    assert found.amount_paise == rupees * 100, said
    assert (found.intent is Intent.RECORD_PAYMENT) == is_payment, said
    assert not whom.is_certain or whom.best == person, said


@settings(max_examples=300)
@given(
    st.sampled_from(PEOPLE),
    st.lists(
        st.tuples(st.sampled_from(["chawal", "chini", "tel", "doodh", "moong dal", "surf excel"]), st.integers(1, 40)),
        min_size=1,
        max_size=4,
        unique_by=lambda line: line[0],
    ),
    st.integers(0, 2**32),
)
def test_goods_are_never_billed_wrongly_without_a_question(
    person: Candidate, lines: list[tuple[str, int]], seed: int
) -> None:
    chance = random.Random(seed)
    goods = chance.choice([" aur ", ", ", " "]).join(
        f"{chance.choice([str(count), number_in_words(count, 'hi-Latn')])} kilo {product}" for product, count in lines
    )
    said = _spoken(chance.choice(BILLS), _name(person, chance), chance, goods=goods)
    found = understand(said)
    if found.question is not None or found.intent is not Intent.CREATE_INVOICE:
        return
    if any(item.product_id is None for item in found.items):
        return
    whom = resolve(found.customer or "", PEOPLE)
    assert [(item.product_id, item.quantity, item.unit) for item in found.items] == [
        (product, Decimal(count), "kg") for product, count in lines
    ], said
    assert not whom.is_certain or whom.best == person, said


def test_clean_commands_are_read_nearly_always() -> None:
    chance = random.Random(7)
    right = 0
    for _ in range(500):
        person = chance.choice(PEOPLE[2:])
        rupees = chance.randrange(1, 100_000)
        said = chance.choice(PAYMENTS).format(who=person.name, sum=number_in_words(rupees, "hi-Latn"))
        found = understand(said)
        right += found.is_complete and found.customer == person.name and found.amount_paise == rupees * 100
    assert right >= 495


HOSTILE_PIECES = (
    "0123456789", ["ko ", "ne ", "do ", "sau ", "hazaar ", "lakh ", "paav ", "dhai ", "saadhe "], "([{<\"'`\\", "ािीुूेैोौ्ंँःकखगघ",
    "\u202e\u200d\u2066a\u0940", ["nahi ", "Rahul ", "500 ", "ka ", "wala ", "aur ", "kilo ", "bill "], ["क" * 50], ["9" * 40], ["-", "1/0", "1/2 "],
    ["Rahul ko 100 udhaar aur ", "phir Priya ne 200 diye, "], ["a" * 100], ["pehla ", "wala ", "nahi ", "nahi, "], ["chini", "tel", "jodo"],
)  # fmt: skip


def _timed(text: str, expecting: str) -> tuple[Parse, float]:
    started = time.process_time()
    found = understand(text, expecting, "a", "b")
    return found, time.process_time() - started


def test_hostile_text_is_read_quickly_and_never_raises() -> None:
    chance = random.Random(11)
    for _ in range(2_000):
        pieces = chance.choice(HOSTILE_PIECES)
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 600)))
        expecting = chance.choice(["", "choice", "amount", "items", "confirmation", "customer"])
        found, seconds = _timed(text, expecting)
        if seconds >= 0.05:
            # A first reading may pay for cold caches or a collection of garbage; a slow text is slow again.
            seconds = _timed(text, expecting)[1]
        assert seconds < 0.05, text
        assert Parse.from_wire({"intent": str(found.intent), "entities": found.entities()}).intent is found.intent


@given(
    st.text(max_size=700),
    st.sampled_from(["", "customer", "choice", "amount", "items", "confirmation", "datetime", "direction", "product"]),
)
def test_any_text_parses(text: str, expecting: str) -> None:
    found = understand(text, expecting, "mandir wala", "ATM wala")
    assert found.intent in Intent
    assert 0.0 <= found.confidence <= 1.0


def test_the_same_words_mean_the_same_again() -> None:
    said = "Rahul mandir wala ko 2 kilo chini, nahi nahi, teen kilo chini ka bill banao aur Priya ka balance batao"
    assert understand(said) == understand(said)
