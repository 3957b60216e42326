"""Money on a khata: exact entries, exact balances, refusals that change nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from execora.core.commands import Once, fingerprint_of
from execora.core.door import acting_in
from execora.core.errors import IdempotencyKeyReused, NotPermitted
from execora.core.models import AuditEvent
from execora.ops.metrics import REGISTRY
from ledger.commands import (
    add_credit,
    record_opening_balance,
    record_payment,
    record_split_payment,
    reverse_entry,
    write_off,
)
from ledger.errors import (
    AlreadyReversed,
    DateNotAllowed,
    EntryNotFound,
    NotReversible,
    OpeningBalanceExists,
    PaymentSplitWrong,
    WriteOffTooLarge,
)
from ledger.models import Account, Entry, Posting
from tests.support.factories import Shop, make_shop
from tests.support.threads import on_own_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def balance(shop: Shop) -> int:
    account = Account.objects.filter(customer=shop.rahul).first()
    return account.balance_paise if account else 0


def postings_of(entry: Entry) -> set[tuple[str, str, int]]:
    return {
        (p.account.kind, p.side, p.amount_paise) for p in Posting.objects.filter(entry=entry).select_related("account")
    }


def test_credit_debits_the_khata_and_credits_sales(shop: Shop) -> None:
    entry = add_credit(shop.staff, customer=shop.rahul, amount_paise=250_00, description="rashan")
    assert postings_of(entry) == {("receivable", "D", 250_00), ("sales", "C", 250_00)}
    assert (entry.effect_paise, entry.balance_after_paise, balance(shop)) == (250_00, 250_00, 250_00)


def test_payment_debits_cash_and_may_go_below_zero(shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=100_00, description="rashan")
    entry = record_payment(shop.staff, customer=shop.rahul, amount_paise=150_00, mode="upi")
    assert postings_of(entry) == {("upi", "D", 150_00), ("receivable", "C", 150_00)}
    assert (entry.sequence, balance(shop)) == (2, -50_00)


def test_a_split_payment_is_one_entry_with_a_side_for_each_mode(shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=500_00, description="rashan")
    entry = record_split_payment(shop.staff, customer=shop.rahul, parts={"cash": 200_00, "upi": 250_50})
    assert postings_of(entry) == {("cash", "D", 200_00), ("upi", "D", 250_50), ("receivable", "C", 450_50)}
    assert (entry.mode, entry.total_paise, balance(shop)) == ("split", 450_50, 49_50)
    undone = reverse_entry(shop.admin, entry_id=entry.pk, reason="galti se")
    assert postings_of(undone) == {("cash", "C", 200_00), ("upi", "C", 250_50), ("receivable", "D", 450_50)}
    assert balance(shop) == 500_00


def test_a_payment_of_one_part_is_not_split(shop: Shop) -> None:
    with pytest.raises(PaymentSplitWrong):
        record_split_payment(shop.staff, customer=shop.rahul, parts={"cash": 200_00})
    assert (Entry.objects.count(), balance(shop)) == (0, 0)


def test_a_write_off_takes_what_is_owed_from_the_khata_and_leaves_the_loss(shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=100_00, description="rashan")
    entry = write_off(shop.admin, customer=shop.rahul, amount_paise=60_00, reason="moved away")
    assert postings_of(entry) == {("write_off", "D", 60_00), ("receivable", "C", 60_00)}
    with pytest.raises(WriteOffTooLarge):
        write_off(shop.admin, customer=shop.rahul, amount_paise=40_01, reason="the rest and a paisa")
    assert (Entry.objects.count(), balance(shop)) == (2, 40_00)
    reverse_entry(shop.admin, entry_id=entry.pk, reason="he came back")
    assert balance(shop) == 100_00


def test_only_an_admin_writes_off(shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=100_00, description="rashan")
    for actor in (shop.staff, shop.customer):
        with pytest.raises(NotPermitted):
            write_off(actor, customer=shop.rahul, amount_paise=1_00, reason="please")
    assert (Entry.objects.count(), balance(shop)) == (1, 100_00)


def test_opening_balance_is_recorded_once(shop: Shop) -> None:
    record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=850_00)
    with pytest.raises(OpeningBalanceExists):
        record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=1_00)
    assert (balance(shop), Entry.objects.count()) == (850_00, 1)


def test_reversal_mirrors_the_entry_and_is_done_once(shop: Shop) -> None:
    paid = record_payment(shop.staff, customer=shop.rahul, amount_paise=70_00, mode="cash")
    undone = reverse_entry(shop.admin, entry_id=paid.pk, reason="galti se")
    assert postings_of(undone) == {("cash", "C", 70_00), ("receivable", "D", 70_00)}
    assert (undone.reverses_id, balance(shop)) == (paid.pk, 0)
    with pytest.raises(AlreadyReversed):
        reverse_entry(shop.admin, entry_id=paid.pk, reason="again")
    with pytest.raises(NotReversible):
        reverse_entry(shop.admin, entry_id=undone.pk, reason="undo the undo")
    assert Entry.objects.count() == 2


def test_staff_reverses_only_their_own_entry_of_the_last_quarter_hour(shop: Shop) -> None:
    by_admin = record_payment(shop.admin, customer=shop.rahul, amount_paise=70_00, mode="cash")
    with pytest.raises(NotPermitted):
        reverse_entry(shop.staff, entry_id=by_admin.pk, reason="not mine")
    own = record_payment(shop.staff, customer=shop.rahul, amount_paise=10_00, mode="cash")
    later = shop.staff.__class__(
        shop.business,
        shop.staff.user_id,
        shop.staff.role,
        None,
        shop.staff.channel,
        "c",
        shop.staff.now + timedelta(minutes=16),
    )
    with pytest.raises(NotPermitted):
        reverse_entry(later, entry_id=own.pk, reason="too late")
    assert reverse_entry(shop.staff, entry_id=own.pk, reason="in time").total_paise == 10_00


def test_an_entry_of_another_shop_is_not_there(shop: Shop) -> None:
    other = make_shop()
    with acting_in(other.business.pk):
        paid = record_payment(other.staff, customer=other.rahul, amount_paise=70_00, mode="cash")
    with pytest.raises(EntryNotFound):
        reverse_entry(shop.admin, entry_id=paid.pk, reason="not ours")
    with acting_in(other.business.pk):
        assert Entry.objects.count() == 1


def test_a_customer_may_not_write(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        record_payment(shop.customer, customer=shop.rahul, amount_paise=1_00, mode="cash")
    assert (Entry.objects.count(), balance(shop)) == (0, 0)


@pytest.mark.parametrize("days", [1, -367])
def test_a_date_in_the_future_or_long_ago_is_refused(shop: Shop, days: int) -> None:
    day = shop.staff.today + timedelta(days=days)
    with pytest.raises(DateNotAllowed):
        record_payment(shop.staff, customer=shop.rahul, amount_paise=1_00, mode="cash", occurred_on=day)
    assert Entry.objects.count() == 0


def test_every_command_leaves_an_audit_row(shop: Shop) -> None:
    before = AuditEvent.objects.count()
    entry = record_payment(shop.staff, customer=shop.rahul, amount_paise=1_00, mode="cash")
    row = AuditEvent.objects.order_by("id").last()
    assert row is not None
    assert AuditEvent.objects.count() == before + 1
    assert (row.command, row.target_id, row.user_id, row.channel) == (
        "record_payment",
        entry.pk,
        shop.staff.user_id,
        "rest",
    )


def test_a_key_is_used_once_and_for_one_thing(shop: Shop) -> None:
    def pay(amount: int, body: dict[str, int]) -> dict[str, str]:
        once = Once("key-12345678", fingerprint_of("record_payment", body))
        answer = record_payment.once(
            shop.staff,
            once,
            lambda entry: {"id": str(entry.pk)},
            customer=shop.rahul,
            amount_paise=amount,
            mode="cash",
        )
        return answer.body

    first = pay(5_00, {"amount": 5})
    assert pay(5_00, {"amount": 5}) == first
    with pytest.raises(IdempotencyKeyReused):
        pay(6_00, {"amount": 6})
    assert (Entry.objects.count(), balance(shop)) == (1, -5_00)


@pytest.mark.django_db(transaction=True)
def test_32_writers_on_one_khata_lose_nothing() -> None:
    shop = make_shop()

    def work(number: int) -> None:
        if number % 2:
            record_payment(shop.staff, customer=shop.rahul, amount_paise=number, mode="cash")
        else:
            add_credit(shop.staff, customer=shop.rahul, amount_paise=number, description="x")

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(on_own_connection(work), range(1, 97)))
    expected = sum(number if number % 2 == 0 else -number for number in range(1, 97))
    entries = list(Entry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries] == list(range(1, 97))
    assert balance(shop) == expected == sum(entry.effect_paise for entry in entries)


@pytest.mark.django_db(transaction=True)
def test_the_same_key_16_times_at_once_has_one_effect_and_one_answer() -> None:
    shop = make_shop()
    once = Once("key-87654321", fingerprint_of("record_payment", {"amount": 5}))

    def pay(_: int) -> str:
        answer = record_payment.once(
            shop.staff,
            once,
            lambda entry: {"id": str(entry.pk)},
            customer=shop.rahul,
            amount_paise=5_00,
            mode="cash",
        )
        return str(answer.body["id"])

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(on_own_connection(pay), range(16)))
    assert len(answers) == 1
    assert (Entry.objects.count(), balance(shop)) == (1, -5_00)


def test_a_payment_is_counted_when_it_is_committed(shop: Shop, django_capture_on_commit_callbacks: Any) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("payments_processed_total", {"status": "success"}) or 0.0

    before = counted()
    with django_capture_on_commit_callbacks(execute=True):
        record_payment(shop.staff, customer=shop.rahul, amount_paise=100_00, mode="cash")
        assert counted() == before
    assert counted() == before + 1
