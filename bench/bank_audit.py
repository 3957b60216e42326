"""Whether the books are exactly what was done: a plain model of every operation against every row of the database.

`audit` is pure: what the writers were told, the books before and the books after go in, the faults come out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
import psycopg

Movement = tuple[str, Decimal, str, str | None]  # product, quantity, reason, invoice

COMMANDS = {
    "invoice": "issue_invoice",
    "payment": "record_payment",
    "credit": "add_credit",
    "reverse": "reverse_entry",
    "cancel": "cancel_invoice",
    "stock": "move_stock",
}
ENTRY_KINDS = {
    "invoice": "invoice",
    "payment": "payment",
    "credit": "credit",
    "reverse": "reversal",
    "cancel": "reversal",
}


@dataclass
class Operation:
    """What a writer asked for under one key, and what came of it.

    `effect_paise` and `moved` are the writer's own arithmetic, from what it asked. Neither `answer` nor `refusal`: the
    writer never heard, and what became of it is whatever the database says.
    """

    key: str
    kind: str
    path: str
    body: dict[str, Any]
    user: int
    customer: str = ""
    effect_paise: int = 0
    moved: dict[str, Decimal] = field(default_factory=dict)
    target: "Operation | None" = None
    answer: dict[str, Any] | None = None
    refusal: str = ""
    tries: int = 0
    broken_answers: int = 0
    was_replayed: bool = False


@dataclass
class Books:
    """Rows of one business as they are committed; money in paise, ids as text."""

    entries: dict[str, dict[str, Any]]
    balances: dict[str, int]
    postings: dict[str, int]
    invoices: dict[str, dict[str, Any]]
    stock: dict[str, Decimal]
    movements: Counter[Movement]
    keys: dict[str, dict[str, Any]]
    audited: Counter[str]


def read_books(superuser_url: str, business: str) -> Books:
    """Read them past every role and rule, all at one moment."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        def rows(question: str) -> list[Any]:
            return connection.execute(question, [business]).fetchall()  # type: ignore[arg-type]  # our own text

        entries = rows(
            "SELECT id::text, customer_id::text, kind, effect_paise, reverses_id::text"
            " FROM ledger_entry WHERE business_id = %s"
        )
        invoices = rows(
            "SELECT id::text, customer_id::text, number, status, total_paise, entry_id::text"
            " FROM billing_invoice WHERE business_id = %s"
        )
        return Books(
            entries={
                row[0]: dict(zip(("customer", "kind", "effect", "reverses"), row[1:], strict=True)) for row in entries
            },
            balances=dict(
                rows(
                    "SELECT customer_id::text, balance_paise FROM ledger_account"
                    " WHERE customer_id IS NOT NULL AND business_id = %s"
                )
            ),
            postings=dict(
                rows(
                    "SELECT a.customer_id::text, sum(CASE p.side WHEN 'D' THEN amount_paise ELSE -amount_paise END)::bigint"
                    " FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id"
                    " WHERE a.customer_id IS NOT NULL AND p.business_id = %s GROUP BY 1"
                )
            ),
            invoices={
                row[0]: dict(zip(("customer", "number", "status", "total", "entry"), row[1:], strict=True))
                for row in invoices
            },
            stock=dict(rows("SELECT id::text, stock FROM billing_product WHERE business_id = %s")),
            movements=Counter(
                rows(
                    "SELECT product_id::text, quantity, reason, invoice_id::text FROM billing_stockmovement"
                    " WHERE business_id = %s"
                )
            ),
            keys={
                row[0]: orjson.loads(row[1])
                for row in rows("SELECT key, answer FROM core_idempotencykey WHERE business_id = %s")
            },
            audited=Counter(row[0] for row in rows("SELECT command FROM core_auditevent WHERE business_id = %s")),
        )


def audit(operations: Sequence[Operation], before: Books, after: Books) -> list[str]:
    """Return everything that is not as the operations say, a line each with the exact rows; empty when all is right."""
    done = _done(operations, after)
    return [
        *_wrong_answers(operations, after),
        *_wrong_entries(done, before, after),
        *_wrong_balances(done, before, after),
        *_wrong_invoices(done, before, after),
        *_wrong_stock(done, before, after),
        *_wrong_trail(done, before, after),
    ]


def _done(operations: Sequence[Operation], after: Books) -> list[tuple[Operation, dict[str, Any]]]:
    """Return what was done, each with its answer: the writer's, else the one that is kept under its key."""
    done = []
    for operation in operations:
        kept = after.keys.get(operation.key)
        answer = operation.answer if operation.answer is not None else kept["body"] if kept else None
        if answer is not None:
            done.append((operation, answer))
    return done


def _wrong_answers(operations: Sequence[Operation], after: Books) -> Iterator[str]:
    for operation in operations:
        kept = after.keys.get(operation.key)
        if operation.answer is not None and kept is None:
            yield f"lost: {operation.kind} {operation.key} was acknowledged, and its key is not there"
        elif operation.answer is not None and kept is not None and kept["body"] != operation.answer:
            yield f"changed: {operation.kind} {operation.key} was answered {operation.answer}, kept is {kept['body']}"
        elif operation.refusal and kept is not None:
            yield f"refused, yet done: {operation.kind} {operation.key} ({operation.refusal})"
    for key in after.keys.keys() - {operation.key for operation in operations}:
        yield f"nobody's key: {key}"


def _entry_of(operation: Operation, answer: dict[str, Any], after: Books) -> list[str]:
    """Return the ids of the entries that the operation made: one, when all is right."""
    if operation.kind == "cancel":
        undone = answer["invoice"]["entryId"]
        return [key for key, entry in after.entries.items() if entry["reverses"] == undone]
    return [answer["invoice"]["entryId"] if operation.kind == "invoice" else answer["entry"]["id"]]


def _wrong_entries(done: Sequence[tuple[Operation, dict[str, Any]]], before: Books, after: Books) -> Iterator[str]:
    claimed: dict[str, str] = {}
    for operation, answer in done:
        if operation.kind == "stock":
            continue
        found = _entry_of(operation, answer, after)
        if len(found) != 1:
            yield f"{operation.kind} {operation.key} has {len(found)} entries: {found}"
        for key in found:
            if key in claimed:
                yield f"one entry for two: {key} of {claimed[key]} and of {operation.key}"
            claimed[key] = operation.key
            expected = (operation.customer, ENTRY_KINDS[operation.kind], operation.effect_paise)
            entry = after.entries.get(key)
            shown = (entry["customer"], entry["kind"], entry["effect"]) if entry else None
            if shown != expected:
                yield f"entry {key} of {operation.kind} {operation.key}: expected {expected}, found {shown}"
    for key in after.entries.keys() - before.entries.keys() - claimed.keys():
        yield f"nobody's entry: {key} {after.entries[key]}"
    for key in before.entries.keys() - after.entries.keys():
        yield f"lost entry of before: {key} {before.entries[key]}"


def _wrong_balances(done: Sequence[tuple[Operation, dict[str, Any]]], before: Books, after: Books) -> Iterator[str]:
    model = Counter(before.balances)
    for operation, _ in done:
        model[operation.customer] += operation.effect_paise
    for customer in sorted((model.keys() | after.balances.keys()) - {""}):
        kept, posted = after.balances.get(customer, 0), after.postings.get(customer, 0)
        if not model[customer] == kept == posted:
            yield f"drift: customer {customer}: the model says {model[customer]}, the account {kept}, its postings {posted}"


def _wrong_invoices(done: Sequence[tuple[Operation, dict[str, Any]]], before: Books, after: Books) -> Iterator[str]:
    numbers = sorted(row["number"] for row in after.invoices.values() if row["number"])
    counted = sorted(int(number.rpartition("/")[2]) for number in numbers)
    if counted != list(range(1, len(counted) + 1)):
        missing = sorted(set(range(1, max(counted) + 1)) - set(counted))
        twice = sorted(number for number, times in Counter(counted).items() if times > 1)
        yield f"numbers: missing {missing}, used twice {twice}"
    expected = {key: (row["customer"], row["status"], row["total"]) for key, row in before.invoices.items()}
    for operation, answer in done:
        if operation.kind in ("invoice", "cancel"):
            key = answer["invoice"]["id"]
            if operation.kind == "invoice" and key in expected and key in before.invoices:
                yield f"one invoice for two: {key}"
            total = operation.effect_paise if operation.kind == "invoice" else -operation.effect_paise
            was_cancelled = expected.get(key, ("", "", 0))[1] == "cancelled"
            status = "cancelled" if operation.kind == "cancel" or was_cancelled else "issued"
            expected[key] = (operation.customer, status, total)
    found = {key: (row["customer"], row["status"], row["total"]) for key, row in after.invoices.items()}
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            yield f"invoice {key}: expected {expected.get(key)}, found {found.get(key)}"


def _wrong_stock(done: Sequence[tuple[Operation, dict[str, Any]]], before: Books, after: Books) -> Iterator[str]:
    model, expected = dict(before.stock), before.movements.copy()
    for operation, answer in done:
        invoice = answer["invoice"]["id"] if "invoice" in answer else None
        reason = {"invoice": "sale", "cancel": "cancellation"}.get(operation.kind, operation.body.get("reason", ""))
        for product, quantity in operation.moved.items():
            model[product] += quantity
            expected[product, quantity, reason, invoice] += 1
    for product, stock in model.items():
        if after.stock.get(product) != stock:
            yield f"stock of product {product}: the model says {stock}, the shelf {after.stock.get(product)}"
    for movement, times in (expected - after.movements).items():
        yield f"lost movement: {movement} x {times}"
    for movement, times in (after.movements - expected).items():
        yield f"nobody's movement: {movement} x {times}"


def _wrong_trail(done: Sequence[tuple[Operation, dict[str, Any]]], before: Books, after: Books) -> Iterator[str]:
    expected = before.audited + Counter(COMMANDS[operation.kind] for operation, _ in done)
    if expected != after.audited:
        yield f"audit trail: expected {dict(expected)}, found {dict(after.audited)}"
