"""The books as a journal of beancount, so that a program which is not ours can check them.

Source: Beancount language syntax, version 3. A debit is above zero there as here, and each transaction adds up to zero.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Min, QuerySet, Sum, When

from customers.models import Customer
from execora.core.models import Business
from execora.core.money import rupees
from ledger.models import Account, AccountKind, Entry, Posting, Side

SHOP_WIDE = {
    AccountKind.CASH: "Assets:Cash",
    AccountKind.UPI: "Assets:UPI",
    AccountKind.CARD: "Assets:Card",
    AccountKind.BANK: "Assets:Bank",
    AccountKind.OTHER: "Assets:Other",
    AccountKind.SALES: "Income:Sales",
    AccountKind.DISCOUNT: "Income:Discounts",
    AccountKind.CGST: "Liabilities:GST:CGST",
    AccountKind.SGST: "Liabilities:GST:SGST",
    AccountKind.UTGST: "Liabilities:GST:UTGST",
    AccountKind.IGST: "Liabilities:GST:IGST",
    AccountKind.CESS: "Liabilities:GST:Cess",
    AccountKind.ROUND_OFF: "Expenses:Round-Off",
    AccountKind.WRITE_OFF: "Expenses:Write-Off",
    AccountKind.OPENING: "Equity:Opening",
}
_CODE = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# What the format has no escape for and an editor would break a line at, or not show.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CHUNK = 2000


def journal_of(business: Business, *, first_day: date | None, last_day: date) -> Iterator[str]:
    """Yield the journal of `business`, which is acted in, in pieces: what happened from `first_day` (None: the first entry) on.

    What the accounts held before is brought forward by one transaction. The balances at the end are the database's own sums
    over all postings up to `last_day`, not those of the lines above them. Read within `one_moment`.
    """
    names = _account_names(business)
    begin = first_day or Entry.objects.filter(business_id=business.pk).aggregate(day=Min("occurred_on"))["day"]
    begin = min(begin or last_day, last_day)
    yield f"option {quoted('title')} {quoted(business.name)}\n"
    yield f"option {quoted('operating_currency')} {quoted('INR')}\n\n"
    yield from _opened(business, names, begin)
    if first_day is not None:
        yield from _brought_forward(_sums(business, last_day=first_day - timedelta(days=1)), names, begin)
    entries = Entry.objects.filter(business_id=business.pk, occurred_on__range=(begin, last_day))
    yield from _transactions(entries, names)
    sums = _sums(business, last_day=last_day)
    after = last_day + timedelta(days=1)
    for key, name in sorted(names.items(), key=lambda pair: pair[1]):
        yield f"{after} balance {name}  {rupees(sums.get(key, 0))} ~ 0.00 INR\n"


def quoted(text: str) -> str:
    """Return `text` as a string of the format, on one line whatever is in it."""
    escaped = "".join(_ESCAPED.get(letter, letter) for letter in text)
    return '"' + _UNSHOWN.sub(" ", escaped) + '"'


def receivable_name(customer_id: UUID, code: str) -> str:
    """Return the name of a customer's account: by the code that people say, else by the id."""
    part = code.upper() if _CODE.fullmatch(code) else f"ID-{customer_id.hex.upper()}"
    return f"Assets:Receivable:{part}"


def _account_names(business: Business) -> dict[UUID, str]:
    rows = Account.objects.filter(business_id=business.pk).values_list("pk", "kind", "customer_id", "customer__code")
    return {
        key: SHOP_WIDE[AccountKind(kind)] if customer_id is None else receivable_name(customer_id, code)
        for key, kind, customer_id, code in rows
    }


def _opened(business: Business, names: dict[UUID, str], day: date) -> Iterator[str]:
    people = Customer.objects.filter(business_id=business.pk, account__isnull=False)
    owners = {row["account__pk"]: row for row in people.values("account__pk", "pk", "name", "landmark")}
    for key, name in sorted(names.items(), key=lambda pair: pair[1]):
        yield f"{day} open {name} INR\n"
        if owner := owners.get(key):
            yield f"  customer: {quoted(str(owner['pk']))}\n  name: {quoted(owner['name'])}\n"
            if owner["landmark"]:
                yield f"  landmark: {quoted(owner['landmark'])}\n"
    yield "\n"


def _brought_forward(sums: dict[UUID, int], names: dict[UUID, str], day: date) -> Iterator[str]:
    held = [(names[key], paise) for key, paise in sums.items() if paise]
    if held:
        yield f"{day} * {quoted('Brought forward')}\n"
        yield from (f"  {name}  {rupees(paise)} INR\n" for name, paise in sorted(held))
        yield "\n"


def _transactions(entries: QuerySet[Entry], names: dict[UUID, str]) -> Iterator[str]:
    rows = entries.select_related("customer").prefetch_related("postings").order_by("occurred_on", "recorded_at", "pk")
    for entry in rows.iterator(chunk_size=_CHUNK):
        narration = entry.description or entry.get_kind_display()
        lines = [f"{entry.occurred_on} * {quoted(str(entry.customer))} {quoted(narration)}"]
        lines += [f"  {key}: {value}" for key, value in _facts(entry).items()]
        lines += [
            f"  {names[posting.account_id]}  {rupees(_signed(posting))} INR"
            for posting in sorted(entry.postings.all(), key=lambda posting: posting.pk)
        ]
        yield "\n".join(lines) + "\n\n"


def _facts(entry: Entry) -> dict[str, Any]:
    facts = {
        "entry": quoted(str(entry.pk)),
        "kind": quoted(entry.kind),
        "sequence": entry.sequence,
        "recorded": quoted(entry.recorded_at.isoformat()),
    }
    if entry.hash:
        facts["hash"] = quoted(bytes(entry.hash).hex())
    if entry.mode:
        facts["mode"] = quoted(entry.mode)
    if entry.reverses_id is not None:
        facts["reverses"] = quoted(str(entry.reverses_id))
    return facts


def _signed(posting: Posting) -> int:
    return posting.amount_paise if posting.side == Side.DEBIT else -posting.amount_paise


def _sums(business: Business, *, last_day: date) -> dict[UUID, int]:
    """Return what each account holds at the end of `last_day`, in paise, debit above zero."""
    postings = Posting.objects.filter(business_id=business.pk, entry__occurred_on__lte=last_day)
    signed = Case(When(side=Side.DEBIT, then=F("amount_paise")), default=-F("amount_paise"))
    rows = postings.values("account_id").annotate(paise=Sum(signed)).order_by()
    return {row["account_id"]: int(row["paise"]) for row in rows}
