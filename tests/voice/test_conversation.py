"""What is said, what is answered, and what stands in the books afterwards. Typed text stands for speech."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.utils import timezone

from execora.core.errors import IdempotencyKeyReused

if TYPE_CHECKING:
    from billing.models import Product
    from execora.core.actor import Actor
    from tests.support.factories import Shop

Frames = list[dict[str, Any]]


class Speaker:
    """One connection's conversation, without its socket."""

    def __init__(self, actor: "Actor") -> None:
        from dataclasses import replace

        from execora.core.actor import Channel
        from voice.dialog import Dialog
        from voice.models import VoiceSession

        self.actor = replace(actor, channel=Channel.VOICE)
        self.dialog = Dialog()
        self.session_id: UUID = VoiceSession.objects.create(
            business=actor.business, user_id=actor.user_id, correlation_id="test", started_at=timezone.now()
        ).pk

    def say(self, text: str, utterance_id: str | None = None, *, seconds_later: int = 0) -> dict[str, Any]:
        """Say it and return the last frame."""
        from dataclasses import replace

        from voice.pipeline import answer_text

        actor = replace(self.actor, now=timezone.now() + timedelta(seconds=seconds_later))
        self.frames = answer_text(
            actor, self.dialog, session_id=self.session_id, text=text, utterance_id=utterance_id, provider="text"
        )
        return self.frames[-1]

    def press(self, proposal_id: str, *, is_yes: bool) -> dict[str, Any]:
        from voice.pipeline import answer_button

        return answer_button(
            self.actor,
            self.dialog,
            session_id=self.session_id,
            proposal_id=proposal_id,
            is_yes=is_yes,
            provider="text",
        )[-1]


def error_of(frame: dict[str, Any]) -> str:
    return str(frame["data"]["executionResult"].get("error", ""))


def entries() -> list[tuple[str, str, int, int]]:
    """Return all entries: customer, kind, total, balance after."""
    from ledger.models import Entry

    rows = Entry.objects.order_by("id").values_list("customer__name", "kind", "total_paise", "balance_after_paise")
    return list(rows)


@pytest.fixture
def staff(spoken_shop: "Shop", rice: "Product") -> Speaker:
    return Speaker(spoken_shop.staff)


def test_a_payment_is_recorded_and_read_back(staff: Speaker) -> None:
    answer = staff.say("Priya ne 500 rupaye jama kiye")
    assert [frame["type"] for frame in staff.frames] == ["voice:intent", "voice:response"]
    assert staff.frames[0]["data"]["intent"] == "RECORD_PAYMENT"
    assert entries() == [("Priya Nair", "payment", 50_000, -50_000)]
    assert answer["data"]["executionResult"]["success"] is True
    assert answer["data"]["text"] == "Priya Nair se ₹500 jama ho gaye. Ab baaki ₹500 advance."
    assert answer["data"]["undo"]["expiresIn"] == 900


def test_a_bill_moves_books_and_stock(staff: Speaker, rice: "Product") -> None:
    answer = staff.say("Priya ko 5 kilo chawal ka bill banao")
    rice.refresh_from_db()
    assert entries() == [("Priya Nair", "invoice", 30_000, 30_000)]
    assert rice.stock == 5
    assert "5 kg Basmati Rice, kul ₹300" in answer["data"]["text"]


def test_more_than_is_there_is_refused_and_nothing_moves(staff: Speaker, rice: "Product") -> None:
    answer = staff.say("Priya ko 11 kilo chawal ka bill banao")
    rice.refresh_from_db()
    assert error_of(answer) == "INSUFFICIENT_STOCK"
    assert (entries(), rice.stock) == ([], 10)


def test_two_of_a_name_are_a_question_and_the_landmark_answers_it(staff: Speaker) -> None:
    question = staff.say("Rahul ko 250 rupaye udhaar diye")
    assert error_of(question) == "MULTIPLE_CUSTOMERS"
    assert sorted(question["data"]["executionResult"]["data"]["choices"]) == ["ATM wala", "mandir wala"]
    assert entries() == []
    staff.say("mandir wala")
    assert entries() == [("Rahul Sharma", "credit", 25_000, 25_000)]


def test_a_missing_amount_is_asked_for(staff: Speaker) -> None:
    assert staff.say("Priya ne jama kiye")["data"]["text"] == "Kitne rupaye?"
    staff.say("400")
    assert entries() == [("Priya Nair", "payment", 40_000, -40_000)]


def test_an_unknown_name_is_asked_again_and_nothing_is_written(staff: Speaker) -> None:
    assert error_of(staff.say("Zubeida ne 500 rupaye jama kiye")) == "CUSTOMER_NOT_FOUND"
    assert entries() == []


def test_an_unknown_product_is_asked_again(staff: Speaker) -> None:
    assert error_of(staff.say("Priya ko 2 kilo kaju ka bill banao")) == "PRODUCT_NOT_FOUND"
    staff.say("2 kilo chawal")
    assert entries() == [("Priya Nair", "invoice", 12_000, 12_000)]


def test_a_misheard_hundred_is_not_written_as_two_and_a_half_rupees(staff: Speaker) -> None:
    staff.say("Priya ko dhai saar rupye udhaar diye")
    assert entries() == []


def test_an_amount_above_the_limit_waits_for_a_yes(staff: Speaker) -> None:
    proposal = staff.say("Priya ne 6000 rupaye jama kiye")
    assert (proposal["type"], proposal["data"]["expiresIn"]) == ("voice:proposal", 60)
    assert entries() == []
    staff.say("haan")
    assert entries() == [("Priya Nair", "payment", 600_000, -600_000)]
    assert error_of(staff.say("haan")) == "NOTHING_TO_CONFIRM"
    assert len(entries()) == 1


def test_a_no_drops_the_proposal(staff: Speaker) -> None:
    staff.say("Priya ne 6000 rupaye jama kiye")
    staff.say("nahi")
    assert error_of(staff.say("haan")) == "NOTHING_TO_CONFIRM"
    assert entries() == []


def test_a_proposal_expires(staff: Speaker) -> None:
    staff.say("Priya ne 6000 rupaye jama kiye")
    assert error_of(staff.say("haan", seconds_later=61)) == "NOTHING_TO_CONFIRM"
    assert entries() == []


def test_a_new_command_drops_the_proposal(staff: Speaker) -> None:
    staff.say("Priya ne 6000 rupaye jama kiye")
    staff.say("Mohan ka kitna udhaar baaki hai")
    staff.say("haan")
    assert entries() == []


def test_a_button_answers_its_own_proposal_once(staff: Speaker) -> None:
    from voice.dialog import ProposalGone

    proposal_id = staff.say("Priya ne 6000 rupaye jama kiye")["data"]["proposalId"]
    with pytest.raises(ProposalGone):
        staff.press("another", is_yes=True)
    staff.press(proposal_id, is_yes=True)
    with pytest.raises(ProposalGone):
        staff.press(proposal_id, is_yes=True)
    assert entries() == [("Priya Nair", "payment", 600_000, -600_000)]


def test_an_unsure_name_waits_for_a_yes(staff: Speaker) -> None:
    proposal = staff.say("Mogan ne 100 rupaye jama kiye")
    assert proposal["type"] == "voice:proposal"
    assert "Mohan Das" in proposal["data"]["summary"]
    assert entries() == []


def test_an_utterance_runs_once_on_whichever_connection(staff: Speaker, spoken_shop: "Shop") -> None:
    first = staff.say("Priya ne 500 rupaye jama kiye", "u-1")
    again = Speaker(spoken_shop.staff).say("Priya ne 500 rupaye jama kiye", "u-1")
    assert again == first
    with pytest.raises(IdempotencyKeyReused):
        staff.say("Priya ne 700 rupaye jama kiye", "u-1")
    assert len(entries()) == 1


def test_questions_about_balance_stock_and_day_are_answered_from_the_books(staff: Speaker) -> None:
    staff.say("Priya ko 250 rupaye udhaar diye")
    assert staff.say("uska kitna baaki hai")["data"]["text"] == "Priya Nair ka baaki ₹250 hai."
    assert staff.say("Chawal ka stock kitna bacha hai")["data"]["text"] == "Basmati Rice ka stock 10 kg hai."
    summary = staff.say("Aaj ki kul bikri kitni hui")["data"]["executionResult"]["data"]["summary"]
    assert (summary["invoiceCount"], summary["pendingAmount"]) == (0, "250.00")


def test_a_reminder_is_scheduled_in_the_shops_zone(staff: Speaker) -> None:
    from reminders.models import Reminder

    answer = staff.say("Kal shaam 6 baje Mohan ko paise ki yaad dilana")
    assert answer["data"]["executionResult"]["success"] is True
    assert "6:00 PM" in answer["data"]["text"]
    assert Reminder.objects.get().customer.name == "Mohan Das"


def test_what_is_not_understood_is_a_question(staff: Speaker) -> None:
    answer = staff.say("xyzzy plugh")
    assert error_of(answer) == "NOT_UNDERSTOOD"
    assert entries() == []


def test_a_customer_may_ask_for_their_own_balance_alone(staff: Speaker, spoken_shop: "Shop") -> None:
    staff.say("Rahul Sharma ko 250 rupaye udhaar diye")
    customer = Speaker(spoken_shop.customer)
    assert customer.say("mera kitna baaki hai")["data"]["text"] == "Rahul Sharma ka baaki ₹250 hai."
    assert error_of(customer.say("Priya ka kitna udhaar baaki hai")) == "NOT_PERMITTED"
    assert error_of(customer.say("Rahul Sharma ne 250 rupaye jama kiye")) == "NOT_PERMITTED"
    assert error_of(customer.say("Chawal ka stock kitna bacha hai")) == "NOT_PERMITTED"
    assert len(entries()) == 1


def test_another_shops_people_are_not_found(staff: Speaker) -> None:
    from customers.commands import create_customer
    from tests.support.factories import make_shop

    create_customer(make_shop().staff, name="Farida Khan")
    assert error_of(staff.say("Farida ne 500 rupaye jama kiye")) == "CUSTOMER_NOT_FOUND"
    assert entries() == []
