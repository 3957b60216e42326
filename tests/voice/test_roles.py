"""Who may say what: every intent, for every role. What the table does not know fails."""

from typing import TYPE_CHECKING

import pytest

from tests.support.rows import state_of
from tests.support.speaker import Speaker, error_of
from voice.intents.schema import Intent

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop

DONE, FORBIDDEN, ON_PAGE, UNKNOWN = "", "NOT_PERMITTED", "NOT_BY_VOICE", "NOT_UNDERSTOOD"
NOTHING, ONE = "NOTHING_TO_CONFIRM", "ONE_AT_A_TIME"
# What is said, and what customer, staff and admin are answered: "" is done, else the error.
TABLE = {
    Intent.CREATE_INVOICE: ("Priya ko 2 kilo chawal ka bill banao", FORBIDDEN, DONE, DONE),
    Intent.RECORD_PAYMENT: ("Priya ne 100 rupaye jama kiye", FORBIDDEN, DONE, DONE),
    Intent.ADD_CREDIT: ("Priya ko 100 rupaye udhaar diye", FORBIDDEN, DONE, DONE),
    Intent.CHECK_BALANCE: ("Priya ka kitna baaki hai", FORBIDDEN, DONE, DONE),
    Intent.CHECK_STOCK: ("chawal ka stock kitna bacha hai", FORBIDDEN, DONE, DONE),
    Intent.CREATE_REMINDER: ("Priya ko kal subah 10 baje 100 rupaye ka reminder bhejo", FORBIDDEN, DONE, DONE),
    Intent.DAILY_SUMMARY: ("aaj ka hisaab batao", FORBIDDEN, DONE, DONE),
    Intent.CANCEL_INVOICE: ("Priya ka bill cancel karo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.CANCEL_REMINDER: ("Priya ka reminder cancel karo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.LIST_REMINDERS: ("saare reminder dikhao", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.CREATE_CUSTOMER: ("naya customer Zubeida jodo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.MODIFY_REMINDER: ("Priya ka reminder parso kar do", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.START_RECORDING: ("recording shuru karo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.STOP_RECORDING: ("recording band karo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.UPDATE_CUSTOMER_PHONE: ("Priya ka number 9820000009 kar do", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.GET_CUSTOMER_INFO: ("Priya ki jaankari do", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.DELETE_CUSTOMER_DATA: ("Priya ka saara data delete karo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.UPDATE_STOCK: ("chawal 50 kilo aaya hai stock mein jodo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.LIST_CUSTOMER_BALANCES: ("sabka baaki batao", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.TOTAL_PENDING_AMOUNT: ("total kitna udhaar bacha hai", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.UNKNOWN: ("xyzzy plugh", UNKNOWN, UNKNOWN, UNKNOWN),
    Intent.CONFIRM: ("haan", NOTHING, NOTHING, NOTHING),
    Intent.DENY: ("nahi", NOTHING, NOTHING, NOTHING),
    Intent.CORRECT: ("nahi nahi, teen kilo", ON_PAGE, ON_PAGE, ON_PAGE),
    Intent.PROVIDE: ("teen sau", UNKNOWN, UNKNOWN, UNKNOWN),
    Intent.MULTI: ("Priya ne 100 rupaye jama kiye aur Mohan ko 100 rupaye udhaar diye", ONE, ONE, ONE),
}


def test_the_table_has_every_intent() -> None:
    assert set(TABLE) == set(Intent)


@pytest.mark.parametrize(("place", "role"), [(1, "customer"), (2, "staff"), (3, "admin")], ids=str)
def test_a_role_is_answered_as_the_table_says_and_a_refusal_writes_nothing(
    spoken_shop: "Shop", rice: "Product", place: int, role: str
) -> None:
    answered, expected = {}, {}
    for intent, row in TABLE.items():
        speaker = Speaker(getattr(spoken_shop, role))
        before = state_of(spoken_shop.business)
        answer = speaker.say(row[0])
        answered[intent], expected[intent] = error_of(answer), row[place]
        if error_of(answer):
            after = state_of(spoken_shop.business)
            changed = {table for table in before if before[table] != after[table]}
            assert changed <= {f"{spoken_shop.business.slug} voice_utterance"}, intent
    assert {intent: error for intent, error in answered.items() if error != expected[intent]} == {}
