"""A shop goes out of one database and into another as it was: every row, every rule, byte for byte; or not at all."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from billing.commands import Line, issue_invoice
from billing.models import Invoice
from customers.models import Customer
from execora.core.door import acting_in, business_of_slug, businesses_count
from execora.core.models import AuthSession, Business, User
from execora.core.money import rupees
from execora.ops.management.commands.verify_books import verify
from execora.transfer.archive import MANIFEST, ArchiveRefused, opened
from execora.transfer.choices import GROWN, LEFT, TAKEN, taken_models
from ledger.models import Account
from tests.support.busy_shop import BusyShop
from tests.support.database import TestDatabase
from tests.support.factories import PASSWORD, actor_of_user, leave_first_shop, make_shop, token_of
from tests.support.rows import state_of

pytestmark = pytest.mark.django_db(transaction=True)
OURS = ("core", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
Files = dict[str, bytes]


def test_every_model_is_taken_or_left_by_choice() -> None:
    labels = {model._meta.label for label in OURS for model in apps.get_app_config(label).get_models()}
    assert labels == TAKEN.keys() | LEFT.keys()
    assert not TAKEN.keys() & LEFT.keys()


def test_each_model_comes_after_those_it_refers_to() -> None:
    seen: set[Any] = set()
    for model in taken_models():
        seen.add(model)
        targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
        assert targets <= seen, model


def exported(shop_slug: str, path: Path) -> Files:
    call_command("export_business", "--business", shop_slug, "--to", str(path), stdout=io.StringIO())
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def taken_in(path: Path, *arguments: str) -> None:
    call_command("import_business", str(path), *arguments, stdout=io.StringIO())


def rows_of(files: Files) -> Files:
    return {name: text for name, text in files.items() if name.startswith("rows/")}


def to_an_empty_database(database: TestDatabase) -> None:
    leave_first_shop()
    database.empty()
    assert businesses_count() == 0


def test_a_busy_shop_comes_back_byte_for_byte_and_goes_on(test_database: TestDatabase, tmp_path: Path) -> None:
    busy = BusyShop(seed=11, steps=150)
    token_of(busy.shop.staff_user)
    business = busy.shop.business
    assert busy.done["note"] > 1
    before = exported(business.slug, tmp_path / "one.zip")
    states = state_of(business)
    with acting_in(business.pk):
        numbers = Invoice.objects.exclude(number=None).count()
    to_an_empty_database(test_database)

    taken_in(tmp_path / "one.zip")

    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = ANY(%s)", [list(GROWN.values())])
        assert cursor.fetchall() == [("O",)] * len(GROWN)
    assert rows_of(exported(business.slug, tmp_path / "two.zip")) == rows_of(before)
    assert [finding.check.name for finding in verify() if finding.count] == []
    with acting_in(business.pk):
        same = {name: state == states[name] for name, state in state_of(business).items()}
        left = {apps.get_model(label)._meta.db_table for label in LEFT} | {"core_user", "jobs"}
        assert {name.split(" ")[-1] for name, is_same in same.items() if not is_same} <= left
        staff = User.objects.get(pk=busy.shop.staff_user.pk)
        assert not staff.check_password(PASSWORD)
        assert not AuthSession.objects.exists()
        bill = issue_invoice(
            actor_of_user(staff),
            customer=Customer.objects.get(pk=busy.shop.rahul.pk),
            lines=[Line(product=busy.products[0], quantity=Decimal("0.001"), unit_price_paise=99_999)],
        )
        assert bill.number.endswith(f"{numbers + 1:06d}")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_operator_gives_the_first_admin_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the runbook says, for people come without one."""
    shop = make_shop()
    leave_first_shop()
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "another one of the tests")
    call_command("changepassword", shop.admin_user.username, database="owner", stdout=io.StringIO())
    with acting_in(shop.business.pk):
        assert User.objects.get(pk=shop.admin_user.pk).check_password("another one of the tests")


def test_it_may_get_another_slug(test_database: TestDatabase, tmp_path: Path) -> None:
    shop = make_shop()
    before = exported(shop.business.slug, tmp_path / "one.zip")
    to_an_empty_database(test_database)
    taken_in(tmp_path / "one.zip", "--slug", "renamed")
    assert business_of_slug("renamed") == shop.business.pk
    after = rows_of(exported("renamed", tmp_path / "two.zip"))
    changed = {name for name, text in rows_of(before).items() if after[name] != text}
    assert changed == {"rows/core_business.jsonl"}


def test_where_the_shop_is_already_nothing_is_changed(tmp_path: Path) -> None:
    shop, other = make_shop(), make_shop()
    exported(shop.business.slug, tmp_path / "one.zip")
    before = state_of(shop.business, other.business)
    for arguments in ((), ("--slug", "another")):
        with pytest.raises(CommandError, match="Nothing was changed. The shop is here already"):
            taken_in(tmp_path / "one.zip", *arguments)
    assert state_of(shop.business, other.business) == before
    with pytest.raises(CommandError, match="is there already"):
        exported(shop.business.slug, tmp_path / "one.zip")


def test_the_file_holds_no_secret_and_no_row_of_another_shop(tmp_path: Path) -> None:
    shop, other = make_shop(), make_shop()
    token_of(shop.admin_user)
    files = exported(shop.business.slug, tmp_path / "one.zip")
    text = b"".join(files.values()).decode()
    assert shop.admin_user.password not in text
    assert "password" not in files["rows/core_user.jsonl"].decode()
    assert str(other.business.pk) not in text
    tables = {name.removeprefix("rows/").removesuffix(".jsonl") for name in rows_of(files)}
    assert tables == {apps.get_model(label)._meta.db_table for label in TAKEN}


def test_a_shopkeeper_opens_the_sheets(tmp_path: Path) -> None:
    busy = BusyShop(seed=12, steps=40)
    files = exported(busy.shop.business.slug, tmp_path / "one.zip")
    customers = list(csv.DictReader(io.StringIO(files["customers.csv"].decode("utf-8-sig"))))
    kept = {account.customer.code: account.balance_paise for account in Account.objects.exclude(customer=None)}
    assert {row["code"]: row["balance"] for row in customers if row["code"] in kept} == {
        code: rupees(paise) for code, paise in kept.items()
    }
    assert "'=cmd|' /C calc'!A0" in {row["name"] for row in customers}
    assert "गीता देवी" in {row["name"] for row in customers}
    for name in ("products.csv", "invoices.csv", "entries.csv"):
        assert files[name].startswith(b"\xef\xbb\xbf")


def rewritten(path: Path, change: Callable[[Files], None], *, honest: bool = False) -> None:
    """Write the file anew with `change`; `honest`: with a manifest that says what is then in it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if honest:
        manifest = json.loads(files[MANIFEST])
        for name, said in manifest["files"].items():
            said.update(sha256=hashlib.sha256(files[name]).hexdigest(), bytes=len(files[name]))
        files[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def one_byte(files: Files) -> None:
    files["rows/ledger_entry.jsonl"] = files["rows/ledger_entry.jsonl"].replace(b'"kind"', b'"kinD"', 1)


def one_missing(files: Files) -> None:
    del files["rows/ledger_posting.jsonl"]


def one_more(files: Files) -> None:
    files["../../etc/passwd"] = b"x"


def no_manifest(files: Files) -> None:
    del files[MANIFEST]


def another_schema(files: Files) -> None:
    files[MANIFEST] = files[MANIFEST].replace(b"ledger.0001_initial", b"ledger.0001_other")


def another_format(files: Files) -> None:
    files[MANIFEST] = b'{"format": 2, "files": {}}'


def a_bomb(files: Files) -> None:
    files["rows/core_counter.jsonl"] = b" " * 30_000_000


def another_balance(files: Files) -> None:
    files["rows/ledger_account.jsonl"] = files["rows/ledger_account.jsonl"].replace(
        b'"last_sequence": 1', b'"last_sequence": 2'
    )


def another_stock(files: Files) -> None:
    files["rows/billing_product.jsonl"] = files["rows/billing_product.jsonl"].replace(b'"stock": ', b'"stock": 1')


def no_json(files: Files) -> None:
    files["rows/core_counter.jsonl"] = b"{]\n" * files["rows/core_counter.jsonl"].count(b"\n")


def a_row_less(files: Files) -> None:
    files["rows/core_auditevent.jsonl"] = files["rows/core_auditevent.jsonl"].partition(b"\n")[2]


REFUSED: dict[str, tuple[Callable[[Files], None], bool, str]] = {
    "one byte": (one_byte, False, "ledger_entry.jsonl is not as it was exported"),
    "a file less": (one_missing, False, "missing: rows/ledger_posting.jsonl"),
    "a file more": (one_more, False, "not in the manifest: ../../etc/passwd"),
    "no manifest": (no_manifest, False, "manifest.json is missing"),
    "another schema": (another_schema, False, "another schema. Different migrations: ledger.0001_initial"),
    "another format": (another_format, False, "not of format 1"),
    "a bomb": (a_bomb, True, "would grow"),
    "a khata that does not follow": (another_balance, True, "A rule of the database refuses it"),
    "a stock that does not follow": (another_stock, True, "rule|The books would be wrong"),
    "no JSON": (no_json, True, "A row cannot be read"),
    "a row less than said": (a_row_less, True, "core_auditevent.jsonl has rows of another shop"),
}


@pytest.mark.parametrize(("change", "honest", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_as_it_was_exported_is_refused_whole(
    test_database: TestDatabase, tmp_path: Path, change: Callable[[Files], None], honest: bool, told: str
) -> None:
    busy = BusyShop(seed=13, steps=12)
    path = tmp_path / "one.zip"
    exported(busy.shop.business.slug, path)
    to_an_empty_database(test_database)
    rewritten(path, change, honest=honest)
    with pytest.raises(CommandError, match=f"Nothing was changed. .*({told})"):
        taken_in(path)
    assert businesses_count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = ANY(%s)", [list(GROWN.values())])
        assert cursor.fetchall() == [("O",)] * len(GROWN)


def test_rows_of_another_shop_are_refused(test_database: TestDatabase, tmp_path: Path) -> None:
    """Whoever may write the file may not write into a shop that is here."""
    shop, other = make_shop(), make_shop()
    path = tmp_path / "one.zip"
    exported(shop.business.slug, path)
    test_database.empty()
    with acting_in(other.business.pk):
        Business(
            pk=other.business.pk, slug="stays", name="Stays", state_code="27", created_at=other.business.created_at
        ).save(force_insert=True)

    def into_the_other(files: Files) -> None:
        name = "rows/core_counter.jsonl"
        files[name] = files[name].replace(str(shop.business.pk).encode(), str(other.business.pk).encode())

    rewritten(path, into_the_other, honest=True)
    with pytest.raises(CommandError, match="core_counter.jsonl has rows of another shop"):
        taken_in(path)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(b"PK no zip")
    with pytest.raises(ArchiveRefused, match="no ZIP"), opened(str(path)):
        pytest.fail("it was opened")
    with pytest.raises(CommandError, match="no business 'nowhere'"):
        exported("nowhere", tmp_path / "new.zip")
