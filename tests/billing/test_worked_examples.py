"""Bills worked by hand as an accountant would, each rule with its number."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.commands import cancel_invoice, change_product, create_product, issue_invoice
from billing.document import E_INVOICE_NEEDED
from billing.errors import GstRateUnknown, RecipientAddressNeeded
from billing.hsn import hsn_summary
from billing.models import Invoice, InvoiceItem, NumberSeries, Product, StockMovement, TaxRate
from billing.pricing import AdHoc, Line
from billing.rates import slabs_on
from billing.totals import Discount, Terms
from billing.units import uqc_of
from billing.views import invoice_json
from billing.words import rupees_in_hindi, rupees_in_words
from customers.commands import create_customer
from customers.models import Customer
from execora.core.gst import InvalidStateCode
from execora.core.models import GstRegistration
from execora.core.money import indian_rupees
from ledger.models import Entry, Posting
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db
ON_TOP = Terms(prices_include_tax=False)


def postings_of(invoice: Invoice) -> dict[str, str]:
    rows = Posting.objects.filter(entry=invoice.entry_id).values_list("account__kind", "side", "amount_paise")
    return {kind: f"{side}{paise}" for kind, side, paise in rows}


def chairs(price_paise: int = 100_000, quantity: int = 10, discount_bp: int = 0) -> Line:
    goods = AdHoc("Chair", "9403", 1_800)
    return Line(ad_hoc=goods, quantity=Decimal(quantity), unit_price_paise=price_paise, discount_bp=discount_bp)


@pytest.fixture
def company(shop: Shop) -> Customer:
    return create_customer(
        shop.staff, name="Bangalore Traders", gstin="29AAGCB7383J1Z4", address="4 MG Road, Bengaluru"
    )


def test_a_b2b_bill_to_another_state(shop: Shop, company: Customer) -> None:
    """10 chairs at 1,000.00, 10 % off, 18 % on top: 9,000.00 + IGST 1,620.00. CGST Rules, rule 46."""
    invoice = issue_invoice(shop.staff, customer=company, lines=[chairs(discount_bp=1_000)], terms=ON_TOP)
    assert postings_of(invoice) == {
        "receivable": "D1062000",
        "sales": "C1000000",
        "discount": "D100000",
        "igst": "C162000",
    }
    shown = invoice_json(invoice)
    assert shown["supplier"] == {
        "name": shop.business.name,
        "address": "",
        "gstin": "27AAPFU0939F1ZV",
        "stateCode": "27",
        "stateName": "Maharashtra",
    }
    assert shown["recipient"] == {
        "name": "Bangalore Traders",
        "address": "4 MG Road, Bengaluru",
        "gstin": "29AAGCB7383J1Z4",
        "stateCode": "29",
        "stateName": "Karnataka",
    }
    facts = (
        "documentType",
        "placeOfSupply",
        "placeOfSupplyName",
        "reverseCharge",
        "discount",
        "taxable",
        "igst",
        "total",
    )
    assert [shown[name] for name in facts] == [
        "tax_invoice", "29", "Karnataka", False, "1000.00", "9000.00", "1620.00", "10620.00",
    ]  # fmt: skip
    [item] = shown["items"]
    assert (item["productId"], item["productName"], item["hsn"], item["uqc"], item["discount"]) == (
        None, "Chair", "9403", "PCS", "1000.00",
    )  # fmt: skip
    assert shown["amountInWords"] == "Rupees Ten Thousand Six Hundred Twenty Only"
    assert shown["warnings"] == []


def test_an_inclusive_bill_with_a_discount_and_a_residue(shop: Shop, rice: Product, soap: Product) -> None:
    """300.00 and 35.40 less 10.00: shares 8.94 and 1.05, and the paisa left goes to the larger. CGST Act, section 15(3)(a)."""
    lines = [Line(product=rice, quantity=Decimal(5)), Line(product=soap, quantity=Decimal(1))]
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=lines, terms=Terms(discount=Discount(1_000)))
    kept = InvoiceItem.objects.filter(invoice=invoice).order_by("line")
    assert [(one.bill_discount_paise, one.taxable_paise, one.cgst_paise, one.total_paise) for one in kept] == [
        (895, 27_719, 693, 29_105),
        (105, 2_911, 262, 3_435),
    ]
    assert postings_of(invoice) == {
        "receivable": "D32500",
        "sales": "C31572",
        "discount": "D942",
        "cgst": "C955",
        "sgst": "C955",
        "round_off": "D40",
    }
    cancel_invoice(shop.staff, invoice_id=invoice.pk, reason="galti se")
    undone = Posting.objects.filter(entry=Entry.objects.get(reverses=invoice.entry), account__kind="discount").get()
    assert (undone.side, undone.amount_paise) == ("C", 942)


def test_the_financial_year_turns_at_midnight_in_kolkata(shop: Shop, rice: Product) -> None:
    """CGST Rules, rule 46(b): consecutive, at most 16 characters, unique in a financial year, which is the shop's."""
    last_second, midnight = datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    made = []
    for now in (last_second, midnight):
        actor = dataclasses.replace(shop.staff, now=now)
        made.append(issue_invoice(actor, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))]))
    assert [(one.number, one.issued_on) for one in made] == [
        ("25-26/A/000001", date(2026, 3, 31)),
        ("26-27/A/000001", date(2026, 4, 1)),
    ]
    assert all(len(one.number or "") <= 16 for one in made)


def test_the_rate_of_the_day_by_the_longest_hsn(shop: Shop) -> None:
    """28 % and 12 % cess until 21 September 2025, 40 % since; a row for the longer HSN goes before."""
    for hsn, rate, cess, first, last in (
        ("2202", 2_800, 1_200, date(2017, 7, 1), date(2025, 9, 21)),
        ("2202", 4_000, 0, date(2025, 9, 22), None),
        ("22029920", 500, 0, date(2025, 9, 22), None),
    ):
        TaxRate.objects.create(
            business=shop.business, hsn=hsn, rate_bp=rate, cess_rate_bp=cess, valid_from=first, valid_to=last
        )
    cola, pulp = (
        create_product(
            shop.staff, name=hsn, unit="piece", price_paise=10_000, hsn=hsn, gst_rate_bp=None, stock=Decimal(9)
        )
        for hsn in ("220210", "22029920")
    )
    found = []
    for product, day in ((cola, 21), (cola, 22), (pulp, 22)):
        actor = dataclasses.replace(shop.staff, now=datetime(2025, 9, day, 6, tzinfo=UTC))
        line = Line(product=product, quantity=Decimal(1))
        bill = issue_invoice(actor, customer=shop.rahul, lines=[line], terms=ON_TOP)
        found.append((bill.cgst_paise, bill.sgst_paise, bill.cess_paise, bill.total_paise))
        assert postings_of(bill).get("cess") == (f"C{bill.cess_paise}" if bill.cess_paise else None)
    assert found == [(1_400, 1_400, 1_200, 14_000), (2_000, 2_000, 0, 14_000), (250, 250, 0, 10_500)]


def test_the_slabs_since_22_september_2025() -> None:
    assert {0, 500, 1_800, 4_000} <= set(slabs_on(date(2025, 9, 22)))
    assert not {1_200, 2_800} & set(slabs_on(date(2025, 9, 22)))
    assert {1_200, 2_800} <= set(slabs_on(date(2025, 9, 21)))


def test_an_odd_rate_is_refused(shop: Shop, rice: Product) -> None:
    for rate in (1_730, 1_200):
        with pytest.raises(GstRateUnknown) as refused:
            create_product(shop.staff, name="Odd", unit="kg", price_paise=100, gst_rate_bp=rate)
        with pytest.raises(GstRateUnknown):
            change_product(shop.staff, product=rice, changes={"gst_rate_bp": rate})
        assert (refused.value.status, list(refused.value.fields)) == (422, ["gstRate"])
    rice.refresh_from_db()
    assert (rice.gst_rate_bp, Product.objects.filter(name="Odd").count()) == (500, 0)


@pytest.mark.parametrize(("state", "account"), [("04", "utgst"), ("07", "sgst"), ("27", "sgst")])
def test_a_union_territory_without_a_legislature_takes_utgst(state: str, account: str) -> None:
    """UTGST Act, section 1(2): Chandigarh does; Delhi has a legislature and takes SGST."""
    shop = make_shop(state_code=state)
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[chairs(quantity=1)], terms=ON_TOP)
    assert postings_of(invoice) == {"receivable": "D118000", "sales": "C100000", "cgst": "C9000", account: "C9000"}


def test_the_place_of_supply_may_be_given(shop: Shop) -> None:
    """IGST Act, section 10: another place than the customer's home decides between CGST with SGST, and IGST."""
    elsewhere = Terms(prices_include_tax=False, place_of_supply="29")
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[chairs(quantity=1)], terms=elsewhere)
    assert (invoice.place_of_supply, invoice.igst_paise, invoice.cgst_paise) == ("29", 18_000, 0)
    with pytest.raises(InvalidStateCode) as refused:
        issue_invoice(shop.staff, customer=shop.rahul, lines=[chairs()], terms=Terms(place_of_supply="99"))
    assert list(refused.value.fields) == ["placeOfSupply"]


def test_a_gstin_says_its_state(shop: Shop, company: Customer) -> None:
    assert company.state_code == "29"
    with pytest.raises(InvalidStateCode):
        create_customer(shop.staff, name="Other", gstin="07AABCU9603R1ZP", state_code="27")


@pytest.mark.parametrize(
    ("registration", "rate", "document", "gstin"),
    [
        (GstRegistration.REGULAR, 1_800, "tax_invoice", "27AAPFU0939F1ZV"),
        (GstRegistration.REGULAR, 0, "bill_of_supply", "27AAPFU0939F1ZV"),
        (GstRegistration.COMPOSITION, 1_800, "bill_of_supply", "27AAPFU0939F1ZV"),
        (GstRegistration.UNREGISTERED, 1_800, "invoice", ""),
    ],
)
def test_what_a_bill_is_called(registration: str, rate: int, document: str, gstin: str) -> None:
    """CGST Rules, rule 49: a bill of supply has no tax. CGST Act, section 32: the unregistered show and collect none."""
    shop = make_shop(gst_registration=registration)
    line = Line(ad_hoc=AdHoc("Atta", "1101", rate), quantity=Decimal(1), unit_price_paise=10_000)
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[line])
    assert (invoice.document_type, invoice.supplier_gstin) == (document, gstin)
    taxed = {"cgst", "sgst"} if document == "tax_invoice" else set()
    assert postings_of(invoice).keys() == {"receivable", "sales"} | taxed
    if not taxed:
        values = Invoice.objects.filter(pk=invoice.pk).values().get()
        values |= {"id": shop.rahul.pk, "status": "draft", "number": None, "entry_id": None, "issued_on": None}
        values |= {"cgst_paise": 100, "total_paise": values["total_paise"] + 100}
        with pytest.raises(IntegrityError, match="invoice_tax_on_tax_invoices"), transaction.atomic():
            Invoice.objects.create(**values)


def test_a_large_bill_needs_the_address_of_the_unregistered(shop: Shop) -> None:
    """CGST Rules, rule 46(e): from a taxable value of 50,000 rupees."""
    large = [chairs(price_paise=50_000_00, quantity=1)]
    small = [chairs(price_paise=49_999_99, quantity=1)]
    with pytest.raises(RecipientAddressNeeded):
        issue_invoice(shop.staff, customer=shop.rahul, lines=large, terms=ON_TOP)
    assert (Invoice.objects.count(), NumberSeries.objects.count(), Entry.objects.count()) == (0, 0, 0)
    issue_invoice(shop.staff, customer=shop.rahul, lines=small, terms=ON_TOP)
    Customer.objects.filter(pk=shop.rahul.pk).update(address="12 Mandir Road, Pune")
    shop.rahul.refresh_from_db()
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=large, terms=ON_TOP)
    assert (invoice.recipient_address, invoice.recipient_state) == ("12 Mandir Road, Pune", "27")


def test_a_bill_stays_as_it_was_when_its_parties_move(shop: Shop, company: Customer) -> None:
    invoice = issue_invoice(shop.staff, customer=company, lines=[chairs()])
    before = invoice_json(invoice)
    Customer.objects.filter(pk=company.pk).update(address="elsewhere", gstin="")
    shop.business.name = "Renamed"
    shop.business.save(update_fields=["name"])
    assert {**invoice_json(invoice), "customerName": None} == {**before, "customerName": None}


@pytest.mark.parametrize(("turnover", "warned"), [(5_00_00_000_00, []), (5_00_00_000_01, [E_INVOICE_NEEDED])])
def test_above_five_crore_a_bill_to_the_registered_is_warned_of(
    shop: Shop, company: Customer, turnover: int, warned: list[str]
) -> None:
    """CGST Rules, rule 48(4): above 5 crore, B2B. A warning, nothing more."""
    shop.business.turnover_paise = turnover
    assert issue_invoice(shop.staff, customer=company, lines=[chairs()]).warnings == warned
    assert issue_invoice(shop.staff, customer=shop.rahul, lines=[chairs(quantity=1)]).warnings == []


def test_goods_of_one_bill_move_no_stock(shop: Shop, rice: Product) -> None:
    lines = [chairs(quantity=1), Line(product=rice, quantity=Decimal(500), unit="g")]
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    assert [move.product_id for move in StockMovement.objects.filter(invoice=invoice)] == [rice.pk]
    assert [(row.hsn, row.uqc, row.quantity, row.total_paise) for row in hsn_summary(invoice.items.all())] == [
        ("1006", "GMS", Decimal(500), 3_000),
        ("9403", "PCS", Decimal(1), 100_000),
    ]


def test_units_have_their_codes() -> None:
    """CGST Rules, rule 46(h): a quantity with its unit or unique quantity code."""
    units = "kg g litre ml piece dozen quintal packet nos handful".split()
    assert [uqc_of(unit) for unit in units] == "KGS GMS LTR MLT PCS DOZ QTL PAC NOS OTH".split()


@pytest.mark.parametrize(
    ("paise", "english", "hindi"),
    [
        (
            1_25_000_50,
            "Rupees One Lakh Twenty-Five Thousand and Fifty Paise Only",
            "रुपये एक लाख पच्चीस हज़ार और पचास पैसे मात्र",
        ),
        (1_00, "Rupees One Only", "रुपये एक मात्र"),
        (5, "Rupees Zero and Five Paise Only", "रुपये शून्य और पाँच पैसे मात्र"),
        (1_05_00_105_00, "Rupees One Crore Five Lakh One Hundred Five Only", "रुपये एक करोड़ पाँच लाख एक सौ पाँच मात्र"),
    ],
)
def test_amounts_in_words(paise: int, english: str, hindi: str) -> None:
    assert (rupees_in_words(paise), rupees_in_hindi(paise)) == (english, hindi)


def test_amounts_are_grouped_the_indian_way() -> None:
    assert (indian_rupees(1_25_000_50), indian_rupees(12_34_567_00)) == ("1,25,000.50", "12,34,567")
