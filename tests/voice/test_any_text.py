"""Whatever is said, nothing fails on our side; and whatever a customer says, nothing is written."""

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from execora.core.errors import DomainError
from tests.support.speaker import Speaker, entries

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop

COMMANDS = (
    "Priya ne 500 rupaye jama kiye",
    "Priya ko 5 kilo chawal ka bill banao",
    "Rahul ko 250 rupaye udhaar diye",
    "Priya ne 6000 rupaye upi se diye",
    "Mohan ka kitna udhaar baaki hai",
    "Chawal ka stock kitna bacha hai",
    "Aaj ki kul bikri kitni hui",
    "Kal shaam 6 baje Mohan ko paise ki yaad dilana",
    "Priya ne jama kiye",
    "Priya ko bill banao",
    "2 kilo chawal aur 1 packet doodh",
    "cust-002 ka khata",
    "mera kitna baaki hai",
    "mandir wala nahi",
    "doosra",
    "haan",
    "nahi",
    "400",
    "प्रिया को 2 किलो चावल का बिल बनाओ",
    "bill Rahul Sharma for 2 kg rice at 60 rupees each",
    "last bill cancel karo aur Priya ka 300 wapas karo",
    "0 kilo chawal ka bill Priya ko 99999999999 rupaye",
    "sava do kilo chawal 100 rupaye ka Priya ko, kal ki tareekh",
)
WORDS = tuple(sorted({word for command in COMMANDS for word in command.split()}))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A command with words taken out, doubled, swapped or put in from another, or letters changed."""
    words = draw(st.sampled_from(COMMANDS)).split()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(words)))
        match draw(st.integers(0, 4)):
            case 0:
                words.insert(at, draw(st.sampled_from(WORDS)))
            case 1:
                del words[at : at + 1]
            case 2:
                words[at:at] = words[at : at + 1]
            case 3:
                random.Random(at).shuffle(words)
            case _:
                words.insert(at, draw(st.text(max_size=8)))
    return " ".join(words)


TEXTS = st.one_of(
    mutated(), st.sampled_from(COMMANDS), st.text(max_size=80), st.text("\0\ud800 0123456789.,-/:%", max_size=20)
)
TALKS = st.lists(TEXTS, min_size=1, max_size=4)
WIDE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def talk(speaker: Speaker, texts: list[str]) -> None:
    from voice.dialog import Dialog

    speaker.dialog = Dialog()
    for text in texts:
        try:
            speaker.say(text)
        except DomainError:
            continue
        assert speaker.frames[-1]["type"] in ("voice:response", "voice:proposal")


@pytest.fixture
def staff(spoken_shop: "Shop", rice: "Product") -> Speaker:
    return Speaker(spoken_shop.staff)


@pytest.fixture
def customer(spoken_shop: "Shop", rice: "Product") -> Speaker:
    return Speaker(spoken_shop.customer)


@WIDE
@given(texts=TALKS)
def test_nothing_that_staff_say_fails_on_our_side(staff: Speaker, texts: list[str]) -> None:
    talk(staff, texts)


@WIDE
@given(texts=TALKS)
def test_nothing_that_a_customer_says_writes_or_fails(customer: Speaker, texts: list[str]) -> None:
    from billing.models import Invoice, StockMovement
    from execora.core.models import AuditEvent
    from reminders.models import Reminder

    before = (AuditEvent.objects.count(), StockMovement.objects.count())
    talk(customer, texts)
    assert (AuditEvent.objects.count(), StockMovement.objects.count()) == before
    assert (entries(), Invoice.objects.count(), Reminder.objects.count()) == ([], 0, 0)
