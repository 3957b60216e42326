"""Who sees and changes what in the admin: every page of every model, in one table. What is missing from it fails."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from execora.core.door import acting_in
from tests.api.test_matrix import World, world  # noqa: F401  # the fixture
from tests.support.rows import state_of

pytestmark = pytest.mark.django_db
NOBODY: frozenset[str] = frozenset()
ADMIN = frozenset({"admin", "another shop's admin"})
STAFF = ADMIN | {"staff", "another shop's staff"}
WHO = ("anonymous", "customer", "staff", "admin", "another shop's staff", "another shop's admin")
OWN = frozenset({"staff", "admin"})

# Who may see, who may add, who may change. Nobody deletes anything.
TABLE: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "billing.BooksVerification": (STAFF, NOBODY, NOBODY),
    "billing.Invoice": (STAFF, NOBODY, NOBODY),
    "billing.InvoiceItem": (STAFF, NOBODY, NOBODY),
    "billing.NumberSeries": (STAFF, NOBODY, NOBODY),
    "billing.Product": (STAFF, STAFF, STAFF),
    "billing.StockMovement": (STAFF, STAFF, NOBODY),
    "core.AuditEvent": (ADMIN, NOBODY, NOBODY),
    "core.AuthSession": (ADMIN, NOBODY, NOBODY),
    "core.Business": (ADMIN, NOBODY, NOBODY),
    "core.Counter": (ADMIN, NOBODY, NOBODY),
    "core.IdempotencyKey": (ADMIN, NOBODY, NOBODY),
    "core.User": (ADMIN, NOBODY, NOBODY),
    "customers.Customer": (STAFF, STAFF, STAFF),
    "ledger.Account": (STAFF, NOBODY, NOBODY),
    "ledger.Entry": (STAFF, NOBODY, NOBODY),
    "ledger.Posting": (STAFF, NOBODY, NOBODY),
    "procrastinate.ProcrastinateJob": (NOBODY, NOBODY, NOBODY),
    "reminders.OutgoingMessage": (STAFF, NOBODY, NOBODY),
    "reminders.Reminder": (STAFF, NOBODY, NOBODY),
    "voice.Recording": (ADMIN, NOBODY, NOBODY),
    "voice.Utterance": (ADMIN, NOBODY, NOBODY),
    "voice.VoiceSession": (ADMIN, NOBODY, NOBODY),
}
WITHOUT_A_ROW = {
    "billing.BooksVerification",
    "core.IdempotencyKey",
    "procrastinate.ProcrastinateJob",
    "reminders.OutgoingMessage",
}
PAGES = {
    "",
    "add/",
    "<path:object_id>/history/",
    "<path:object_id>/delete/",
    "<path:object_id>/change/",
    "<path:object_id>/",
}
OTHERS = {
    "",
    "autocomplete/",
    "jsi18n/",
    "login/",
    "logout/",
    "password_change/",
    "password_change/done/",
    "r/<path:content_type_id>/<path:object_id>/",
    "search/",
    "second-factor/",
}


def models() -> dict[str, type[Model]]:
    return {model._meta.label: model for model in admin.site._registry}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def base(model: type[Model]) -> str:
    return f"{model._meta.app_label}/{model._meta.model_name}/"


def test_the_table_has_every_model_and_every_page() -> None:
    assert models().keys() == TABLE.keys()
    there = {one.removeprefix("admin/") for one in addresses(get_resolver().url_patterns) if one.startswith("admin/")}
    known = {base(model) + page for model in models().values() for page in PAGES} | OTHERS
    assert {one for one in there if not one.startswith(("^", "(?P<url>"))} == known


@pytest.fixture
def entered(client: Client, world: World, request: pytest.FixtureRequest) -> Client:  # noqa: F811
    users = {
        "customer": world.shop.customer_user,
        "staff": world.shop.staff_user,
        "admin": world.shop.admin_user,
        "another shop's staff": world.elsewhere.staff_user,
        "another shop's admin": world.elsewhere.admin_user,
    }
    if request.param in users:
        user = users[request.param]
        with acting_in(user.business_id):
            client.force_login(user)
    return client


@pytest.mark.parametrize(("entered", "who"), [(who, who) for who in WHO], indirect=["entered"], ids=WHO)
def test_each_page_answers_as_the_table_says_and_nothing_changes(
    entered: Client,
    who: str,
    world: World,  # noqa: F811
) -> None:
    before = state_of(world.shop.business, world.elsewhere.business)
    rows = {label: row_of(model, world) for label, model in models().items()}
    assert {label for label, row in rows.items() if row is None} == WITHOUT_A_ROW
    for label, (seen_by, added_by, changed_by) in TABLE.items():
        model = models()[label]
        at = reverse("admin:index") + base(model)
        pages = {at: seen_by, at + "add/": added_by}
        if rows[label] is not None:
            own = f"{at}{rows[label]}/"
            # What belongs to another shop is not there, which the admin says by going back to its first page.
            pages |= {own + "change/": seen_by, own + "history/": seen_by, own + "delete/": NOBODY}
        for page, allowed in pages.items():
            assert entered.get(page).status_code in statuses(who, allowed, at=page), page
        for page, allowed in {at + "add/": added_by, **({own + "change/": changed_by} if rows[label] else {})}.items():
            assert entered.post(page, {}).status_code in statuses(who, allowed, at=page), f"POST {page}"
            if rows[label] is not None:
                assert entered.post(own + "delete/", {"post": "yes"}).status_code in statuses(who, NOBODY, at=own), page
    assert state_of(world.shop.business, world.elsewhere.business) == before


def row_of(model: type[Model], world: World) -> object:  # noqa: F811
    business = world.shop.business
    with acting_in(business.pk):
        if model._meta.label == "core.Business":
            return business.pk
        if model._meta.app_label == "procrastinate":
            return None
        return model._base_manager.filter(business_id=business.pk).values_list("pk", flat=True).first()


def statuses(who: str, allowed: frozenset[str], *, at: str) -> set[int]:
    if who in ("anonymous", "customer"):
        return {302}  # to the login
    if not at.endswith("/add/") and at.count("/") > 4 and who not in OWN:
        return {302, 403}  # not there, or not for this role: whichever the page looks at first
    return {200} if who in allowed else {403}
