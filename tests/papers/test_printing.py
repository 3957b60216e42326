"""An invoice's paper on REST: whose it is, how it is answered, and that it is printed once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from billing.commands import Line, cancel_invoice, create_product, issue_invoice
from billing.models import Invoice
from execora.api import pdf
from ledger.commands import record_payment
from tests.papers.bills import codes, text
from tests.support.factories import Shop, bearer, make_shop

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(settings: "SettingsWrapper", tmp_path: Path) -> Path:
    documents = settings.STORAGES["documents"]
    options = {**documents["OPTIONS"], "location": tmp_path / "documents"}
    settings.STORAGES = {**settings.STORAGES, "documents": {**documents, "OPTIONS": options}}
    return tmp_path / "documents"


@pytest.fixture
def shop(directory: Path) -> Shop:
    return make_shop(upi_address="shop@okaxis", address="1, Main Road", name="Asha Stores")


@pytest.fixture
def invoice(shop: Shop) -> Invoice:
    rice = create_product(
        shop.staff, name="Chawal", unit="kg", price_paise=6_000, hsn="1006", gst_rate_bp=500, stock=Decimal(100)
    )
    bill: Invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(5))])
    return bill


@contextmanager
def full_press() -> Iterator[None]:
    """Take every seat of the press."""
    with ExitStack() as seats:
        while pdf.seats.acquire(blocking=False):
            seats.callback(pdf.seats.release)
        yield


def address(invoice: Invoice, query: str = "") -> str:
    return f"/api/v1/invoices/{invoice.pk}/pdf{query}"


def test_an_invoice_is_answered_as_a_pdf_that_only_its_reader_may_keep(
    client: Client, shop: Shop, invoice: Invoice
) -> None:
    answer = client.get(address(invoice), headers=bearer(shop.customer_user))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{str(invoice.number).replace("/", "-")}.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "RateLimit-Remaining" in answer
    said = text(answer.content)
    for fact in ("Asha Stores", "Rahul Sharma", str(invoice.number), "300.00", "Balance now", "GSTIN: 27AAPFU0939F1ZV"):
        assert fact in said
    assert f"am=300.00&cu=INR&tn=Bill%20{str(invoice.number).replace('/', '%2F')}" in codes(answer.content)[0]


def test_a_paper_is_printed_once_and_a_cancelled_bill_has_a_new_one(
    client: Client, shop: Shop, invoice: Invoice, directory: Path
) -> None:
    headers = bearer(shop.staff_user)
    first = client.get(address(invoice), headers=headers).content
    (kept,) = directory.rglob("*.pdf")
    assert kept.read_bytes() == first
    assert kept.parts[-4:-1] == (str(shop.business.pk), "invoices", str(invoice.pk))
    assert kept.stat().st_mode & 0o777 == 0o600
    cancel_invoice(shop.staff, invoice_id=invoice.pk, reason="Wrong customer")
    cancelled = client.get(address(invoice), headers=headers).content
    assert "CANCELLED" in text(cancelled)
    assert len(list(directory.rglob("*.pdf"))) == 2
    with full_press():
        assert client.get(address(invoice), headers=headers).content == cancelled, "handed out without the press"


def test_a_file_that_was_not_written_to_its_end_is_printed_again(
    client: Client, shop: Shop, invoice: Invoice, directory: Path
) -> None:
    headers = bearer(shop.staff_user)
    first = client.get(address(invoice), headers=headers).content
    (kept,) = directory.rglob("*.pdf")
    kept.write_bytes(first[:500])
    assert client.get(address(invoice), headers=headers).content == first
    assert kept.read_bytes() == first


def test_what_a_bill_said_when_it_was_issued_stays_on_its_paper(client: Client, shop: Shop, invoice: Invoice) -> None:
    type(shop.business).objects.filter(pk=shop.business.pk).update(name="Another Name")
    said = text(client.get(address(invoice), headers=bearer(shop.staff_user)).content)
    assert "Asha Stores" in said
    assert "Another Name" not in said


def test_without_the_store_a_bill_is_printed_all_the_same(
    client: Client, shop: Shop, invoice: Invoice, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory.write_bytes(b"a file where the directory should be")
    answer = client.get(address(invoice, "?paper=receipt&language=hi"), headers=bearer(shop.staff_user))
    assert answer.status_code == 200
    assert "300.00" in text(answer.content)


def test_a_press_that_is_full_says_when_to_come_back(client: Client, shop: Shop, invoice: Invoice) -> None:
    with full_press():
        answer = client.get(address(invoice), headers=bearer(shop.staff_user))
    assert answer.status_code == 503
    assert answer.json()["code"] == "BUSY"
    assert answer["Retry-After"] == "1"


@pytest.mark.parametrize("query", ["?paper=a3", "?language=xx", "?other=1", "?paper=a4&paper=receipt"])
def test_an_unknown_paper_is_refused(client: Client, shop: Shop, invoice: Invoice, query: str) -> None:
    assert client.get(address(invoice, query), headers=bearer(shop.staff_user)).status_code == 400


def test_a_draft_is_marked_and_not_kept(client: Client, shop: Shop, directory: Path) -> None:
    rice = create_product(shop.staff, name="Dal", unit="kg", price_paise=6_000, stock=Decimal(9))
    draft = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))], draft=True)
    answer = client.get(address(draft), headers=bearer(shop.staff_user))
    assert "DRAFT" in text(answer.content)
    assert answer["Content-Disposition"] == 'inline; filename="draft.pdf"'
    assert codes(answer.content) == []
    assert not directory.exists()
    assert client.get(address(draft), headers=bearer(shop.customer_user)).status_code == 404


def test_a_statement_on_paper_has_opening_running_and_closing_balance(
    client: Client, shop: Shop, invoice: Invoice
) -> None:
    record_payment(shop.staff, customer=shop.rahul, amount_paise=10_000, mode="upi", notes="उधार चुकाया")
    path = f"/api/v1/ledger/{shop.rahul.pk}/statement?format=pdf"
    answer = client.get(path, headers=bearer(shop.customer_user))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "application/pdf",
        "private, no-store",
    )
    said = text(answer.content)
    order = ["Statement of Rahul Sharma", "Opening balance", str(invoice.number), "300.00", "100.00", "Closing balance"]
    assert [fact for fact in order if fact not in said] == []
    assert "To pay: ₹ 200.00" in said.replace("₹  ", "₹ ")
    assert client.get(path, headers=bearer(shop.staff_user)).content == answer.content
