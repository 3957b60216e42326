"""The people of bench/bank.py: each does one random thing after another, and asks again under the same key until it is told."""

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.bank_audit import Operation
from bench.bank_house import House, ask

CUSTOMERS, PRODUCTS = 5, 4
FIRST_STOCK = 200
GIVE_UP_ONE_IN = 8
PATIENCE_SECONDS = 60.0
_CHOICES = {"invoice": 40, "payment": 20, "credit": 10, "reverse": 10, "cancel": 12, "stock": 8}


@dataclass
class Shop:
    """What the writers share: who they are, whom they serve, and what may be undone. `operations` is the journal."""

    business: str
    tokens: list[str]
    customers: list[str]
    prices_paise: dict[str, int]
    seed: int
    operations: list[Operation] = field(default_factory=list)
    undoable: list[Operation] = field(default_factory=list)
    cancellable: list[Operation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def open_shop(house: House, fixture: dict[str, Any], seed: int) -> Shop:
    """Log its people in and let the shop have a few customers and products, over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    people = [fixture["admin"], *fixture["staff"]]
    logins = [{name: person[name] for name in ("username", "password")} for person in people]
    tokens = [_made(ask(connection, "auth/login", login))["token"] for login in logins]
    bearer = {"Authorization": f"Bearer {tokens[0]}"}
    customers = [
        _made(ask(connection, "customers", {"name": f"Customer {number}"}, **bearer))["customer"]["id"]
        for number in range(CUSTOMERS)
    ]
    # Whole rupees with the tax inside: what a bill comes to is price by quantity, whatever the rate.
    products = [
        {"name": f"Product {number}", "unit": "kg", "price": f"{17 * (number + 1)}.00", "stock": str(FIRST_STOCK)}
        for number in range(PRODUCTS)
    ]
    rates = ("0", "5", "18", "40")
    made = [
        _made(ask(connection, "products", {**product, "hsn": "1006", "gstRate": rate}, **bearer))["product"]
        for product, rate in zip(products, rates, strict=True)
    ]
    connection.close()
    prices = {product["id"]: int(product["price"].replace(".", "")) for product in made}
    return Shop(fixture["id"], tokens, customers, prices, seed)


def _made(answer: tuple[int, Any, bool]) -> dict[str, Any]:
    status, body, _ = answer
    if status not in (200, 201):
        raise RuntimeError(f"{status}: {body}")
    made: dict[str, Any] = body
    return made


def writer(shop: Shop, house: House, number: int, until: float) -> None:
    """Do random things until the monotonic time `until`; what is begun is finished."""
    chance = random.Random(f"{shop.seed} writer {number}")  # noqa: S311  # to be repeated, not to be secret
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    try:
        for turn in range(1_000_000):
            if time.monotonic() > until:
                return
            operation = _choose(shop, chance, key=f"bank-{shop.seed}-{number}-{turn}")
            with shop.lock:
                shop.operations.append(operation)
            _carry_out(shop, connection, operation, chance)
    except Exception as fault:
        shop.faults.append(f"writer {number} failed: {fault!r}")
    finally:
        connection.close()


def _choose(shop: Shop, chance: random.Random, *, key: str) -> Operation:
    kind = chance.choices(list(_CHOICES), weights=list(_CHOICES.values()))[0]
    user, customer = chance.randrange(len(shop.tokens)), chance.choice(shop.customers)
    with shop.lock:
        places = {"reverse": shop.undoable, "cancel": shop.cancellable}.get(kind, [])
        # The newest few, so that several writers want to undo the same one.
        target = chance.choice(places[-6:]) if places else None
    if target is not None:
        return _undo(kind, target, key)
    if kind in ("payment", "credit", "reverse"):
        return _money(chance, key, "payment" if kind == "reverse" else kind, user, customer)
    if kind == "stock":
        product, quantity = chance.choice(list(shop.prices_paise)), chance.randint(5, 60)
        body = {"quantity": str(quantity), "reason": "purchase"}
        path = f"products/{product}/stock"
        return Operation(key, kind, path, body, user, moved={product: Decimal(quantity)})
    return _bill(shop, chance, key, user, customer)


def _undo(kind: str, target: Operation, key: str) -> Operation:
    assert target.answer is not None
    name = "entry" if kind == "reverse" else "invoice"
    path = f"ledger/entries/{target.answer[name]['id']}/reverse"
    if kind == "cancel":
        path = f"invoices/{target.answer[name]['id']}/cancel"
    moved = {product: -quantity for product, quantity in target.moved.items()}
    # User 0 is the admin, who may undo what others wrote.
    return Operation(
        key, kind, path, {"reason": "bench"}, 0, target.customer, -target.effect_paise, moved=moved, target=target
    )


def _money(chance: random.Random, key: str, kind: str, user: int, customer: str) -> Operation:
    paise = chance.randint(1, 500_00)
    body = {"customerId": customer, "amount": f"{paise // 100}.{paise % 100:02d}"}
    if kind == "payment":
        body["paymentMode"] = chance.choice(("cash", "upi", "card", "bank", "other"))
        return Operation(key, kind, "ledger/payment", body, user, customer, -paise)
    return Operation(key, kind, "ledger/credit", {**body, "description": "udhaar"}, user, customer, paise)


def _bill(shop: Shop, chance: random.Random, key: str, user: int, customer: str) -> Operation:
    products = chance.sample(list(shop.prices_paise), chance.randint(1, 3))
    asked = {product: chance.randint(1, 4) for product in products}
    body = {
        "customerId": customer,
        "items": [{"productId": product, "quantity": str(quantity)} for product, quantity in asked.items()],
    }
    total = sum(shop.prices_paise[product] * quantity for product, quantity in asked.items())
    moved = {product: Decimal(-quantity) for product, quantity in asked.items()}
    return Operation(key, "invoice", "invoices", body, user, customer, total, moved=moved)


def _carry_out(shop: Shop, connection: http.client.HTTPConnection, operation: Operation, chance: random.Random) -> None:
    """Ask until there is a whole answer that says what happened; one writer in a few walks away after a broken one."""
    gives_up = chance.randrange(GIVE_UP_ONE_IN) == 0
    headers = {"Authorization": f"Bearer {shop.tokens[operation.user]}", "Idempotency-Key": operation.key}
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        operation.tries += 1
        try:
            status, body, was_replayed = ask(connection, operation.path, operation.body, **headers)
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            status, body, was_replayed = 0, {}, False
        if status in (200, 201):
            operation.answer, operation.was_replayed = body, was_replayed
            _remember(shop, operation)
            return
        if 400 <= status < 500 and status != 429:
            operation.refusal = f"{status} {body.get('code')}"
            return
        operation.broken_answers += 1
        if gives_up:
            return
        # Whoever asks a burning house all the time takes the processor that it needs to come back.
        time.sleep(chance.uniform(0.1, 0.2) * min(operation.broken_answers, 5))
    shop.faults.append(f"{operation.kind} {operation.key} had no answer in {PATIENCE_SECONDS:.0f} s")


def _remember(shop: Shop, operation: Operation) -> None:
    with shop.lock:
        if operation.kind in ("payment", "credit"):
            shop.undoable.append(operation)
        elif operation.kind == "invoice":
            shop.cancellable.append(operation)
