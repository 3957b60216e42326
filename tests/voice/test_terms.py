"""What a yes is said to is what is done: at the prices and the total that were read back, else it is proposed anew."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.speaker import Speaker, entries

if TYPE_CHECKING:
    from billing.models import Product
    from tests.support.factories import Shop

BILL = "Priya ko 60 kilo chawal ka bill banao"


@pytest.fixture
def staff(spoken_shop: "Shop", rice: "Product") -> Speaker:
    """Sixty kilos at 100 rupees are above the limit of 5,000."""
    from billing.commands import move_stock
    from billing.models import MovementReason

    move_stock(spoken_shop.staff, product=rice, quantity=Decimal(90), reason=MovementReason.PURCHASE)
    priced(spoken_shop, rice, 10_000)
    return Speaker(spoken_shop.staff)


def priced(shop: "Shop", goods: "Product", price_paise: int, **changes: Any) -> None:
    from billing.commands import change_product

    change_product(shop.admin, product=goods, changes={"price_paise": price_paise, **changes})


@pytest.mark.parametrize("by_button", [False, True])
@pytest.mark.parametrize("changed", [(90_000, "₹54,000", 5_400_000), (1, "₹1", 100)])
def test_a_price_that_changed_is_proposed_anew(
    staff: Speaker, spoken_shop: "Shop", rice: "Product", by_button: bool, changed: tuple[int, str, int]
) -> None:
    price_paise, said, total_paise = changed
    proposal = staff.say(BILL, "u-1")
    assert "kul ₹6,000" in proposal["data"]["summary"]
    priced(spoken_shop, rice, price_paise)
    again = staff.press(proposal["data"]["proposalId"], is_yes=True) if by_button else staff.say("haan")
    rice.refresh_from_db()
    assert (entries(), rice.stock) == ([], 100)
    assert again["type"] == "voice:proposal"
    assert "Daam badal gaya hai" in again["data"]["summary"]
    assert f"kul {said}." in again["data"]["summary"]
    staff.say("haan")
    assert [entry[2] for entry in entries()] == [total_paise]


def test_an_unchanged_price_is_done(staff: Speaker) -> None:
    staff.say(BILL)
    staff.say("haan")
    assert entries() == [("Priya Nair", "invoice", 600_000, 600_000)]


def test_a_price_that_changes_while_a_small_bill_is_made_is_read_back(
    staff: Speaker, spoken_shop: "Shop", rice: "Product"
) -> None:
    from voice.advance import _run
    from voice.dispatch import Step, TermsChanged, carry_out
    from voice.intents.schema import Intent, Item
    from voice.resolve import customer_named, lines_wanted, total_of
    from voice.turn import Turn

    actor = staff.actor
    priya = customer_named(actor, "Priya").best
    assert priya is not None
    lines = lines_wanted(actor, [Item("chawal", Decimal(2), "kg")])
    customer_id = priya.id
    step = Step(
        Intent.CREATE_INVOICE,
        customer_id,  # type: ignore[arg-type]
        priya.name,
        lines=lines,
        total_paise=total_of(actor, customer_id, lines),  # type: ignore[arg-type]
    )
    priced(spoken_shop, rice, 90_000)
    with pytest.raises(TermsChanged):
        carry_out(actor, step, utterance_id="u-2", text="said")
    turn = Turn(actor, staff.dialog, staff.session_id, "said", "u-2", "text")
    _run(turn, step, "en", utterance_id="u-2", text="said")
    assert turn.frames[-1]["type"] == "voice:proposal"
    assert "The price has changed. A bill for Priya Nair: 2 kg Basmati Rice, total ₹1,800" in str(turn.frames[-1])
    assert entries() == []


@pytest.mark.parametrize(
    "terms", [*product(["regular", "composition", "unregistered"], [True, False], [True, False], ["27", "29"])]
)
def test_what_is_read_back_is_what_the_bill_comes_to(
    staff: Speaker, spoken_shop: "Shop", rice: "Product", terms: tuple[str, bool, bool, str]
) -> None:
    from billing.models import Invoice
    from customers.models import Customer
    from execora.core.models import Business

    registration, prices_include_tax, rounds_to_rupee, state_code = terms
    priced(spoken_shop, rice, 10_033, gst_rate_bp=1_800)
    Business.objects.filter(pk=spoken_shop.business.pk).update(
        gst_registration=registration, prices_include_tax=prices_include_tax, rounds_to_rupee=rounds_to_rupee
    )
    spoken_shop.business.refresh_from_db()
    Customer.objects.filter(name="Priya Nair").update(state_code=state_code)
    speaker = Speaker(replace(spoken_shop.staff, business=spoken_shop.business))
    answer = speaker.say("Priya ko 250 gram chawal ka bill banao")
    assert answer["type"] == "voice:response", answer
    assert Invoice.objects.get().total_paise > 0
