"""The auditor of bench/bank.py sees a lost, a doubled and a changed operation, each in every place where it would show."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from bench.bank_audit import Books, Operation, audit

BEFORE = Books(
    entries={},
    balances={},
    postings={},
    invoices={},
    stock={"rice": Decimal(10)},
    movements=Counter({("rice", Decimal(10), "opening", None): 1}),
    keys={},
    audited=Counter({"create_product": 1}),
)


def operations() -> list[Operation]:
    """A bill of 100.00, a payment of 30.00, a payment reversed, a bill cancelled, one refused, and one that was never heard of again."""
    bill = Operation("key-bill", "invoice", "", {}, 0, "rahul", 100_00, {"rice": Decimal(-2)})
    bill.answer = {"invoice": {"id": "bill", "entryId": "e1"}}
    paid = Operation("key-paid", "payment", "", {}, 0, "rahul", -30_00, answer={"entry": {"id": "e2"}})
    undone = Operation("key-undo", "reverse", "", {}, 0, "rahul", 30_00, answer={"entry": {"id": "e3"}}, target=paid)
    other = Operation("key-other", "invoice", "", {}, 0, "rahul", 50_00, {"rice": Decimal(-1)})
    other.answer = {"invoice": {"id": "other", "entryId": "e4"}}
    cancelled = Operation("key-cancel", "cancel", "", {}, 0, "rahul", -50_00, {"rice": Decimal(1)})
    cancelled.answer = {"invoice": {"id": "other", "entryId": "e4"}}
    refused = Operation("key-refused", "invoice", "", {}, 0, "rahul", 1_00, refusal="422 INSUFFICIENT_STOCK")
    unheard = Operation("key-unheard", "credit", "", {}, 0, "rahul", 7_00)
    vanished = Operation("key-vanished", "credit", "", {}, 0, "rahul", 9_00)
    return [bill, paid, undone, other, cancelled, refused, unheard, vanished]


def right_books() -> Books:
    answers = {operation.key: {"body": operation.answer} for operation in operations() if operation.answer}
    return Books(
        entries={
            "e1": {"customer": "rahul", "kind": "invoice", "effect": 100_00, "reverses": None},
            "e2": {"customer": "rahul", "kind": "payment", "effect": -30_00, "reverses": None},
            "e3": {"customer": "rahul", "kind": "reversal", "effect": 30_00, "reverses": "e2"},
            "e4": {"customer": "rahul", "kind": "invoice", "effect": 50_00, "reverses": None},
            "e5": {"customer": "rahul", "kind": "reversal", "effect": -50_00, "reverses": "e4"},
            "e6": {"customer": "rahul", "kind": "credit", "effect": 7_00, "reverses": None},
        },
        balances={"rahul": 107_00},
        postings={"rahul": 107_00},
        invoices={
            "bill": {"customer": "rahul", "number": "26-27/A/000001", "status": "issued", "total": 100_00},
            "other": {"customer": "rahul", "number": "26-27/A/000002", "status": "cancelled", "total": 50_00},
        },
        stock={"rice": Decimal(8)},
        movements=BEFORE.movements
        + Counter(
            {
                ("rice", Decimal(-2), "sale", "bill"): 1,
                ("rice", Decimal(-1), "sale", "other"): 1,
                ("rice", Decimal(1), "cancellation", "other"): 1,
            }
        ),
        keys={**answers, "key-unheard": {"body": {"entry": {"id": "e6"}}}},
        audited=BEFORE.audited
        + Counter(issue_invoice=2, record_payment=1, reverse_entry=1, cancel_invoice=1, add_credit=1),
    )


def test_right_books_have_no_fault() -> None:
    assert audit(operations(), BEFORE, right_books()) == []


def _drop(books: Books, part: str, key: Any) -> None:
    del getattr(books, part)[key]


def _double_entry(books: Books) -> None:
    books.entries["e7"] = dict(books.entries["e2"])


def _double_movement(books: Books) -> None:
    books.movements["rice", Decimal(-2), "sale", "bill"] += 1


def _double_bill(books: Books) -> None:
    books.invoices["again"] = {**books.invoices["bill"], "number": "26-27/A/000003"}


def _repeat_number(books: Books) -> None:
    books.invoices["other"]["number"] = books.invoices["bill"]["number"]


def _skip_number(books: Books) -> None:
    books.invoices["other"]["number"] = "26-27/A/000003"


def _keep_refused(books: Books) -> None:
    books.keys["key-refused"] = {"body": {"invoice": {"id": "bill", "entryId": "e1"}}}


SABOTAGE: dict[str, tuple[Callable[[Books], None], str]] = {
    "lost entry": (lambda books: _drop(books, "entries", "e2"), "entry e2 of payment key-paid"),
    "lost reversal of a cancelled bill": (lambda books: _drop(books, "entries", "e5"), "key-cancel has 0 entries"),
    "lost bill": (lambda books: _drop(books, "invoices", "bill"), "invoice bill: expected"),
    "lost key": (lambda books: _drop(books, "keys", "key-paid"), "lost: payment key-paid"),
    "lost movement": (
        lambda books: _drop(books, "movements", ("rice", Decimal(-2), "sale", "bill")),
        "lost movement",
    ),
    "half of an unheard operation: the entry without its key": (
        lambda books: _drop(books, "keys", "key-unheard"),
        "nobody's entry: e6",
    ),
    "half of an unheard operation: the key without its entry": (
        lambda books: _drop(books, "entries", "e6"),
        "entry e6 of credit key-unheard",
    ),
    "doubled entry": (_double_entry, "nobody's entry: e7"),
    "doubled bill": (_double_bill, "invoice again: expected None"),
    "doubled movement": (_double_movement, "nobody's movement"),
    "changed amount": (lambda books: books.entries["e1"].update(effect=100_01), "entry e1 of invoice key-bill"),
    "changed customer": (lambda books: books.entries["e2"].update(customer="priya"), "entry e2 of payment"),
    "changed balance": (lambda books: books.balances.update(rahul=107_01), "drift: customer rahul"),
    "changed postings": (lambda books: books.postings.update(rahul=106_99), "drift: customer rahul"),
    "changed total": (lambda books: books.invoices["bill"].update(total=1), "invoice bill: expected"),
    "cancelled bill still issued": (lambda books: books.invoices["other"].update(status="issued"), "invoice other"),
    "changed stock": (lambda books: books.stock.update(rice=Decimal(9)), "stock of product rice"),
    "changed answer": (
        lambda books: books.keys.update({"key-paid": {"body": {"entry": {"id": "e3"}}}}),
        "changed: payment key-paid",
    ),
    "number used twice": (_repeat_number, "used twice [1]"),
    "number left out": (_skip_number, "missing [2]"),
    "refused and done": (_keep_refused, "refused, yet done: invoice key-refused"),
    "command without a trace": (lambda books: books.audited.subtract(["record_payment"]), "audit trail"),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_is_seen(name: str) -> None:
    damage, expected = SABOTAGE[name]
    books = deepcopy(right_books())
    damage(books)
    faults = audit(operations(), BEFORE, books)
    assert [fault for fault in faults if expected in fault], faults
