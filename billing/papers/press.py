"""Printing a bill once: what is kept is handed out, the rest is drawn, one at a time."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256

from billing.models import Invoice
from billing.papers.a4 import a4
from billing.papers.bill import Bill, Stamp
from billing.papers.build import bill_of
from billing.papers.receipt import receipt
from billing.papers.words import Language
from execora.api.pdf import drawn_in_turn
from execora.providers.documents import keep_document, kept_document

PAPERS: dict[str, Callable[[Bill, Language], bytes]] = {"a4": a4, "receipt": receipt}


def print_invoice(invoice: Invoice, *, paper: str, language: Language) -> bytes:
    """Return an invoice's PDF (`paper` of PAPERS), kept from its first printing on; a draft is never kept.

    Raises:
        PressBusy: as many as may wait are waiting.
    """
    bill = bill_of(invoice)
    if bill.stamp == Stamp.DRAFT:
        return _drawn(bill, paper, language)
    name = f"{invoice.business_id}/invoices/{invoice.pk}/{paper}-{language}-{_digest(bill)}.pdf"
    kept = kept_document(name)
    if kept is not None:
        return kept
    content = _drawn(bill, paper, language)
    keep_document(name, content)
    return content


def file_name(bill_number: str | None) -> str:
    """Return a name for the file that is safe in a header and on every disk: "26-27-A-000001.pdf"."""
    return f"{(bill_number or 'draft').replace('/', '-')}.pdf"


def _digest(bill: Bill) -> str:
    logo = sha256(bill.logo or b"").hexdigest()
    return sha256(f"{bill!r} {logo}".encode()).hexdigest()[:24]


def _drawn(bill: Bill, paper: str, language: Language) -> bytes:
    return drawn_in_turn(partial(PAPERS[paper], bill, language))
