"""Every row is one shop's, and the database as well as the code knows it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Field, ForeignKey, Model

from execora.core.tenancy import OwnedQuerySet

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
# Owned rows whose model is no BusinessOwned: a login is looked up before any shop is known.
NOT_SCOPED = {"core.User": "found by name at the login, before there is an actor; no route lists users"}


def models() -> list[type[Model]]:
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


def owned() -> list[type[Model]]:
    return [model for model in models() if any(field.name == "business" for field in model._meta.fields)]


class Key(NamedTuple):
    table: str
    name: str
    columns: list[str]
    target: str
    target_columns: list[str]


FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text, c.conname,
       (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num)::text[],
       c.confrelid::regclass::text,
       (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)::text[]
  FROM pg_constraint c WHERE c.contype = 'f'
"""


def foreign_keys() -> list[Key]:
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEYS)
        return [Key(*row) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_a_reference_between_owned_rows_carries_the_business() -> None:
    tables = {model._meta.db_table for model in owned()}
    carried = {
        (key.table, column, key.target)
        for key in foreign_keys()
        if ("business_id", "business_id") in zip(key.columns, key.target_columns, strict=True)
        for column in key.columns
    }
    references = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in owned()
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.related_model._meta.db_table in tables
    }
    assert references - carried == set()
    plain = [key for key in foreign_keys() if key.table in tables and key.target in tables and len(key.columns) == 1]
    assert plain == []
    assert len(references) >= 20


@pytest.mark.django_db
def test_every_key_is_one_that_a_model_knows() -> None:
    """No constraint of the database refers from owned rows to what the models do not name, and each business is real."""
    tables = {model._meta.db_table for model in owned()}
    keys = [key for key in foreign_keys() if key.table in tables]
    assert {key.table for key in keys if key.columns == ["business_id"]} == tables
    known = {(model._meta.db_table, field.column) for model in owned() for field in model._meta.fields}
    assert [key for key in keys if not {(key.table, column) for column in key.columns} <= known] == []


def test_every_owned_model_has_the_one_rule_of_visibility() -> None:
    without = [
        model._meta.label
        for model in owned()
        if model._meta.label not in NOT_SCOPED
        and not (
            issubclass(type(model._default_manager.all()), OwnedQuerySet)
            and hasattr(model._default_manager, "visible_to")
        )
    ]
    assert without == []
    assert len(owned()) >= 15


def test_every_model_belongs_to_a_shop_or_says_why_not() -> None:
    reasons = {
        "core.Business": "the shop itself",
        "webhooks.RawEvent": "stored before it is known whose it is",
    }
    assert {model._meta.label for model in models() if model not in owned()} == reasons.keys()


def test_customer_paths_lead_to_a_customer() -> None:
    customer = apps.get_model("customers", "Customer")
    for model in owned():
        path = getattr(model, "customer_path", None)
        if path is None:
            continue
        found = _field_at(model, path)
        leads_there = found.model is customer or (isinstance(found, ForeignKey) and found.related_model is customer)
        assert leads_there, f"{model._meta.label}.customer_path = {path!r}"


def _field_at(model: type[Model], path: str) -> Field:
    found = None
    for part in path.split("__"):
        found = model._meta.get_field("pk" if part == "pk" else part.removesuffix("_id") if part != "id" else part)
        model = found.related_model or model
    assert isinstance(found, Field)
    return found


def edge_files() -> list[Path]:
    return sorted(
        path
        for room in ("execora", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
        for path in (ROOT / room).rglob("*.py")
        if path.name in ("views.py", "consumers.py", "serializers.py")
    )


def unscoped_reads(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that say `.objects.all()`, whatever the manager is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "all" and _is_manager(node.value):
            yield node.lineno


def _is_manager(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")


def test_no_edge_reads_all_rows() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in edge_files()
        for line in unscoped_reads(ast.parse(path.read_text()))
    ]
    assert faults == []
    assert len(edge_files()) >= 10


# Reads at an edge that do not start with visible_to, each with its reason.
UNSCOPED_AT_AN_EDGE = {
    ("billing/views.py", "CreditNote"): "reads again the very note that was found or has just been issued",
    ("billing/views.py", "CreditNoteItem"): "the lines of notes that were read through credit_notes_of",
    ("billing/views.py", "Invoice"): "reads again the very invoice that the command has just returned",
    ("billing/views.py", "InvoiceItem"): "the lines of invoices that were read through invoices_of",
    ("customers/views.py", "User"): "the user behind the token, by the key that the actor has",
    ("webhooks/views.py", "RawEvent"): "stored before it is known whose it is",
}


def test_every_read_at_an_edge_begins_with_visible_to() -> None:
    found = set()
    for path in edge_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and _is_manager(node.value) and node.attr != "visible_to":
                owner = node.value.value if isinstance(node.value, ast.Attribute) else None
                found.add((str(path.relative_to(ROOT)), ast.unparse(owner) if owner else ""))
    assert found == UNSCOPED_AT_AN_EDGE.keys()
