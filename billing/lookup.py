"""Finding products and invoices among those the actor may see. A name is matched whole, never guessed from a part."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, QuerySet, TextField
from django.db.models.functions import Lower

from billing.errors import InvoiceNotFound, ProductAmbiguous, ProductNotFound
from billing.models import Invoice, InvoiceStatus, Product
from execora.core.actor import Actor
from execora.core.ids import parse_id
from ledger.models import Account
from ledger.postings import lock_account


def find_product(actor: Actor, reference: str) -> Product:
    """Return the product that an id names, also one that is no longer sold.

    Raises:
        ProductNotFound: there is none.
    """
    key = parse_id(reference)
    product = Product.objects.visible_to(actor).filter(pk=key).first() if key is not None else None
    if product is None:
        raise ProductNotFound()
    return product


def products_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Product]:
    """Return the products on sale of these ids.

    Raises:
        ProductNotFound: one of them is not there or not on sale.
    """
    wanted = set(ids)
    found = {row.pk: row for row in _on_sale(actor).filter(pk__in=wanted)}
    if wanted - found.keys():
        raise ProductNotFound()
    return found


def products_by_name(actor: Actor, names: Iterable[str]) -> dict[str, Product]:
    """Return, for each name as given, the product on sale whose name or else alias it is, in any case.

    Raises:
        ProductNotFound: nothing is called so.
        ProductAmbiguous: it is an alias of several.
    """
    folded = {name: _folded(name) for name in names}
    if not folded:
        return {}
    by_name = {
        _folded(product.name): product
        for product in _on_sale(actor).alias(folded=Lower("name")).filter(folded__in=set(folded.values()))
    }
    missing = {key for key in folded.values() if key not in by_name}
    by_alias = _by_alias(actor, missing) if missing else {}
    found: dict[str, Product] = {}
    for name, key in folded.items():
        choices = [by_name[key]] if key in by_name else by_alias.get(key, [])
        if not choices:
            raise ProductNotFound.named(name)
        if len(choices) > 1:
            raise ProductAmbiguous(name, [product.name for product in choices])
        found[name] = choices[0]
    return found


def product_by_name(actor: Actor, name: str) -> Product:
    """Return the product on sale of this name or alias, in any case.

    Raises:
        ProductNotFound, ProductAmbiguous: as their names say.
    """
    return products_by_name(actor, [name])[name]


def invoices_of(actor: Actor) -> QuerySet[Invoice]:
    """Return the invoices the actor may see; a customer sees no drafts."""
    rows: QuerySet[Invoice] = Invoice.objects.visible_to(actor)
    return rows.exclude(status=InvoiceStatus.DRAFT) if actor.is_customer else rows


def find_invoice(actor: Actor, reference: str) -> Invoice:
    """Return the invoice that an id or a number ("26-27/A/000001") names.

    Raises:
        InvoiceNotFound: there is none, or it is not theirs to see.
    """
    key = parse_id(reference)
    named = {"pk": key} if key is not None else {"number": reference.upper()}
    invoice = invoices_of(actor).select_related("customer").filter(**named).first()
    if invoice is None:
        raise InvoiceNotFound()
    return invoice


def locked_invoice(actor: Actor, invoice_id: UUID) -> tuple[Invoice, Account]:
    """Return an invoice as it is under the lock of its customer's account, and the account. Locks both.

    Raises:
        InvoiceNotFound: as its name says.
    """
    rows = Invoice.objects.visible_to(actor).filter(pk=invoice_id)
    customer_id = rows.values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise InvoiceNotFound()
    account = lock_account(actor, customer_id)
    return rows.select_related("customer", "entry").select_for_update(of=("self",), no_key=True).get(), account


def _on_sale(actor: Actor) -> QuerySet[Product]:
    rows: QuerySet[Product] = Product.objects.visible_to(actor).filter(is_active=True)
    return rows


def _by_alias(actor: Actor, keys: set[str]) -> dict[str, list[Product]]:
    in_any_case = Func(
        F("aliases"), template="lower(%(expressions)s::text)::text[]", output_field=ArrayField(TextField())
    )
    found: dict[str, list[Product]] = {}
    for product in _on_sale(actor).alias(folded=in_any_case).filter(folded__overlap=sorted(keys)):
        for key in keys & {_folded(alias) for alias in product.aliases}:
            found.setdefault(key, []).append(product)
    return found


def _folded(name: str) -> str:
    return " ".join(name.split()).lower()
