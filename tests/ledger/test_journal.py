"""The books, checked by a program that is not ours: beancount reads the journal and comes to the same balances."""

import io
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from beancount import loader
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from execora.core.ids import new_id
from execora.core.money import rupees
from ledger.commands import record_payment
from ledger.journal import SHOP_WIDE, quoted, receivable_name
from ledger.models import Account, AccountKind, Entry
from tests.support.busy_shop import NAMES, WORDS, BusyShop
from tests.support.factories import Shop, bearer, make_shop

# Run apart, so that nothing of ours is in the process that checks.
BALANCES = """
import json, sys
from beancount import loader
from beancount.core.data import Transaction
entries, errors, _ = loader.load_file(sys.argv[1])
held, seen = {}, {}
for entry in entries:
    if isinstance(entry, Transaction):
        seen[entry.meta.get("entry")] = [entry.payee, entry.narration]
        for posting in entry.postings:
            assert posting.units.currency == "INR"
            held[posting.account] = held.get(posting.account, 0) + posting.units.number
json.dump([len(errors), {name: str(amount) for name, amount in held.items()}, seen], sys.stdout)
"""
CHECK = "from beancount.scripts.check import main; main()"


def exported(shop: Shop, *arguments: str) -> str:
    printed = io.StringIO()
    call_command("export_journal", "--business", shop.business.slug, *arguments, stdout=printed)
    return printed.getvalue()


def checked(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return what beancount holds in each account, and payee and narration of each entry; `path` has no fault for bean-check."""
    check = subprocess.run([sys.executable, "-c", CHECK, str(path)], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")
    read = subprocess.run([sys.executable, "-c", BALANCES, str(path)], capture_output=True, text=True, check=True)
    errors, held, seen = json.loads(read.stdout)
    assert errors == 0
    return held, seen


def ours(shop: Shop) -> dict[str, str]:
    """Return what the database says each account holds: the kept balance of a khata, the sum of a shop-wide account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.kind, a.customer_id, c.code, CASE WHEN a.customer_id IS NULL THEN (SELECT sum(CASE side WHEN 'D' THEN"
            " amount_paise ELSE -amount_paise END) FROM ledger_posting p WHERE p.account_id = a.id) ELSE a.balance_paise END"
            " FROM ledger_account a LEFT JOIN customers_customer c ON c.id = a.customer_id WHERE a.business_id = %s",
            [shop.business.pk],
        )
        return {
            SHOP_WIDE[AccountKind(kind)] if owner is None else receivable_name(owner, code): rupees(int(paise))
            for kind, owner, code, paise in cursor.fetchall()
        }


@pytest.mark.django_db
def test_beancount_finds_no_fault_in_a_busy_shop_and_the_same_balances(tmp_path: Path) -> None:
    busy = BusyShop(seed=4, steps=350)
    assert min(busy.done[name] for name in ("bill", "pay", "credit", "confirm", "cancel", "reverse", "opening")) >= 4
    path = tmp_path / "books.beancount"
    path.write_text(exported(busy.shop))
    held, seen = checked(path)
    assert held == ours(busy.shop)
    assert seen.keys() == {str(key) for key in Entry.objects.values_list("pk", flat=True)}
    assert {payee for payee, _ in seen.values()} >= set(NAMES)
    assert {narration for _, narration in seen.values()} >= set(WORDS)


@pytest.mark.django_db
def test_a_part_of_the_time_brings_forward_what_was_before(tmp_path: Path) -> None:
    busy = BusyShop(seed=5, steps=120)
    first = busy.shop.staff.today - timedelta(days=40)
    path = tmp_path / "books.beancount"
    path.write_text(exported(busy.shop, "--from", first.isoformat()))
    held, seen = checked(path)
    assert {name: amount for name, amount in held.items() if amount != "0.00"} == {
        name: amount for name, amount in ours(busy.shop).items() if amount != "0.00"
    }
    assert seen.pop("null") == [None, "Brought forward"]
    assert seen.keys() == {
        str(key) for key in Entry.objects.filter(occurred_on__gte=first).values_list("pk", flat=True)
    }


@pytest.mark.django_db
def test_a_changed_amount_is_found(tmp_path: Path) -> None:
    shop = make_shop()
    record_payment(shop.staff, customer=shop.rahul, amount_paise=100_01, mode="cash")
    path = tmp_path / "books.beancount"
    text = exported(shop)
    path.write_text(text)
    assert checked(path)[0] == {"Assets:Cash": "100.01", "Assets:Receivable:CUST-001": "-100.01"}
    # By a paisa, in the entry alone and in what balances: neither passes.
    for wrong in (text.replace("Assets:Cash  100.01", "Assets:Cash  100.02", 1), text.replace("100.01 ~", "100.02 ~")):
        assert wrong != text
        assert loader.load_string(wrong)[1]


@pytest.mark.django_db
def test_a_shop_without_an_entry_has_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    path.write_text(exported(make_shop()))
    assert checked(path) == ({}, {})


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_syntax(payee: str, narration: str) -> None:
    """What has an escape is read back as it was; a sign that cannot be shown becomes a space."""
    lines = [
        f"option {quoted('title')} {quoted(payee)}",
        "2026-04-01 open Assets:Cash INR",
        f"  name: {quoted(narration)}",
        f"2026-04-01 * {quoted(payee)} {quoted(narration)}",
        "2026-04-02 balance Assets:Cash  0.00 ~ 0.00 INR",
    ]
    entries, errors, options = loader.load_string("\n".join(lines) + "\n")
    assert errors == []
    assert len(entries) == 3
    shown = {letter: " " for letter in (*range(32), *range(127, 160), 0x2028, 0x2029) if chr(letter) not in "\n\t\r"}
    assert (entries[1].payee, entries[1].narration) == (payee.translate(shown), narration.translate(shown))
    assert options["title"] == payee.translate(shown)


CODES = st.one_of(st.text(max_size=20), st.from_regex(r"[a-zA-Z0-9-]{1,4}", fullmatch=True))


@given(CODES, CODES)
def test_every_code_makes_an_account_of_its_own(one: str, other: str) -> None:
    name, second = receivable_name(new_id(), one), receivable_name(new_id(), other)
    entries, errors, _ = loader.load_string(f"2026-04-01 open {name} INR\n")
    assert (errors, [entry.account for entry in entries]) == ([], [name])
    assert one == other or name != second


def test_every_kind_of_account_has_a_name_of_its_own() -> None:
    assert SHOP_WIDE.keys() == set(AccountKind) - {AccountKind.RECEIVABLE}
    assert len(set(SHOP_WIDE.values())) == len(SHOP_WIDE)


@pytest.mark.django_db
def test_on_the_wire_an_admin_gets_the_month_as_a_file(client: Client, tmp_path: Path) -> None:
    busy = BusyShop(seed=6, steps=60)
    answer = client.get("/api/v1/ledger/journal", headers=bearer(busy.shop.admin_user))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{busy.shop.business.slug}-')
    path = tmp_path / "books.beancount"
    path.write_bytes(answer.content)
    held, _ = checked(path)
    assert {name: amount for name, amount in held.items() if amount != "0.00"} == {
        name: amount for name, amount in ours(busy.shop).items() if amount != "0.00"
    }


@pytest.mark.django_db
def test_days_in_the_wrong_order_or_too_many_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop()
    headers = bearer(shop.admin_user)
    for first, last in (("2026-04-02", "2026-04-01"), ("2024-01-01", "2026-04-01")):
        answer = client.get("/api/v1/ledger/journal", {"from": first, "to": last}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "JOURNAL_TOO_LONG")
    record_payment(shop.staff, customer=shop.rahul, amount_paise=1, mode="cash")
    monkeypatch.setattr("ledger.journal_views.MOST_ENTRIES", 0)
    assert client.get("/api/v1/ledger/journal", headers=headers).status_code == 400


@pytest.mark.django_db
def test_what_came_after_is_left_out() -> None:
    shop = make_shop()
    day = shop.staff.today - timedelta(days=3)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=1_00, mode="cash", occurred_on=day)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=2_00, mode="cash")
    text = exported(shop, "--to", day.isoformat())
    assert text.count("kind: ") == 1
    assert f"{day + timedelta(days=1)} balance Assets:Cash  1.00 ~ 0.00 INR\n" in text
    assert Account.objects.get(customer=shop.rahul).balance_paise == -3_00


@pytest.mark.django_db
def test_the_command_refuses_what_is_not_there() -> None:
    shop = make_shop()
    with pytest.raises(CommandError, match="no business 'nowhere'"):
        call_command("export_journal", "--business", "nowhere")
    with pytest.raises(CommandError, match="--from is after --to"):
        exported(shop, "--from", date(2026, 4, 2).isoformat(), "--to", date(2026, 4, 1).isoformat())
