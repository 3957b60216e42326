"""What is said, what is answered, and what stands in the books afterwards. Typed text stands for speech."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from execora.core.errors import IdempotencyKeyReused
from tests.support.speaker import Speaker, entries, error_of

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop


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
    assert error_of(customer.say("Rahul Verma ka balance")) == "NOT_PERMITTED"
    assert error_of(customer.say("Rahul Sharma ne 250 rupaye jama kiye")) == "NOT_PERMITTED"
    assert error_of(customer.say("Chawal ka stock kitna bacha hai")) == "NOT_PERMITTED"
    assert len(entries()) == 1


@pytest.mark.parametrize("said", ["cust-002 ka khata", "Zubeida khata", "9820000002 ka balance", "khata 2"])
def test_a_customer_who_names_anybody_is_not_told_their_own_balance(
    spoken_shop: "Shop", rice: "Product", said: str
) -> None:
    answer = Speaker(spoken_shop.customer).say(said)
    assert answer["data"]["executionResult"]["success"] is False
    assert "₹" not in answer["data"]["text"]


@pytest.mark.parametrize("said", ["mera balance", "khata dikhao", "how much do I owe", "मेरा कितना बाकी है"])
def test_a_customer_need_not_name_themselves(spoken_shop: "Shop", rice: "Product", said: str) -> None:
    assert "₹0" in Speaker(spoken_shop.customer).say(said)["data"]["text"]


def test_another_shops_people_are_not_found(staff: Speaker) -> None:
    from customers.commands import create_customer
    from execora.core.door import acting_in
    from tests.support.factories import make_shop

    other = make_shop()
    with acting_in(other.business.pk):
        create_customer(other.staff, name="Farida Khan")
    assert error_of(staff.say("Farida ne 500 rupaye jama kiye")) == "CUSTOMER_NOT_FOUND"
    assert entries() == []


def test_a_question_expires(staff: Speaker) -> None:
    staff.say("Mohan ne jama kiye")
    assert error_of(staff.say("400", seconds_later=61)) == "NOT_UNDERSTOOD"
    assert entries() == []


@pytest.mark.parametrize(
    "said",
    [
        "500 Priya ne",
        "Priya ko 500 wapas kiye",
        "Rahul Sharma se 500 lena hai",
        "kal 500 dega",
        "500 nahi diye",
        "500 udhaar diye",
        "पांच सौ नहीं दिए",
        "Priya ka kitna baaki hai",
    ],
)
def test_what_is_about_another_person_or_deed_is_no_answer_and_ends_the_question(staff: Speaker, said: str) -> None:
    staff.say("Mohan ne jama kiye")
    staff.say(said)
    assert entries() == []
    assert staff.dialog.question is None or staff.dialog.question.parse.customer != "Mohan"
    staff.say("500")
    staff.say("haan")
    assert [entry for entry in entries() if entry[0] == "Mohan Das"] == []


def test_who_is_named_again_in_the_answer_is_the_same_person(staff: Speaker) -> None:
    staff.say("Mohan ne jama kiye")
    staff.say("500 Mohan ne")
    staff.say("haan")
    assert entries() == [("Mohan Das", "payment", 50_000, -50_000)]


@pytest.mark.parametrize(("said", "kind"), [("udhaar mein likh do", "credit"), ("jama", "payment")])
def test_which_way_the_money_went_is_asked_and_answered(staff: Speaker, said: str, kind: str) -> None:
    assert staff.say("Priya 500")["data"]["executionResult"]["data"] == {"missing": "direction"}
    staff.say(said)
    staff.say("haan")
    assert [entry[:3] for entry in entries()] == [("Priya Nair", kind, 50_000)]


def test_goods_that_are_not_wanted_are_not_billed(staff: Speaker) -> None:
    staff.say("Mohan ko bill banao")
    staff.say("2 kilo chawal nahi chahiye")
    assert entries() == []


@pytest.mark.parametrize(
    "said", ["mandir wala nahi", "doosra nahi", "not the second one", "na mandir wala na ATM wala", "पहला नहीं"]
)
def test_a_no_chooses_nobody(staff: Speaker, said: str) -> None:
    staff.say("Rahul ko 250 rupaye udhaar diye")
    staff.say(said)
    assert entries() == []


def test_what_is_not_certain_waits_for_a_yes(staff: Speaker) -> None:
    staff.say("Priya ne 500 rupaye blorf jama kiye")
    assert entries() == []


def test_an_amount_of_a_day_that_is_not_today_is_said_with_its_day(staff: Speaker) -> None:
    from ledger.models import Entry

    day = staff.actor.today - timedelta(days=1)
    answer = staff.say("kal Priya ne 300 rupaye jama kiye")
    assert Entry.objects.get().occurred_on == day
    assert f"₹300 jama ho gaye ({day:%d-%m-%Y})" in answer["data"]["text"]
    assert answer["data"]["executionResult"]["data"]["date"] == day.isoformat()


def test_a_bill_of_another_day_says_that_it_is_dated_today_and_waits(staff: Speaker) -> None:
    from billing.models import Invoice

    day = staff.actor.today - timedelta(days=1)
    proposal = staff.say("kal Priya ko 2 kilo chawal ka bill banao")
    assert f"{day:%d-%m-%Y} suna, par bill aaj ki tareekh ka banega" in proposal["data"]["summary"]
    assert entries() == []
    staff.say("haan")
    assert Invoice.objects.get().entry.occurred_on == staff.actor.today


def test_a_day_in_an_answer_is_read_back(staff: Speaker) -> None:
    staff.say("Mohan ne jama kiye")
    staff.say("parso 500 diye the")
    assert entries() == []


def test_a_unit_that_the_goods_do_not_have_is_refused_at_once(staff: Speaker) -> None:
    assert error_of(staff.say("Priya ko 2 litre chawal ka bill banao")) == "UNIT_MISMATCH"
    assert error_of(staff.say("haan")) == "NOTHING_TO_CONFIRM"


def test_no_goods_at_all_asks_for_goods(staff: Speaker) -> None:
    question = staff.say("Priya ko 0 kilo chawal ka bill banao")
    assert question["data"]["executionResult"]["data"] == {"missing": "items"}
    staff.say("2 kilo chawal")
    staff.say("haan")
    assert entries() == [("Priya Nair", "invoice", 12_000, 12_000)]
