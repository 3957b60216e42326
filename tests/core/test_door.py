"""Who a session is, in one statement, and the business that a connection acts in from then on: no longer than its work."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, OperationalError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from execora.core import door
from execora.core.door import acting_in
from execora.core.ids import new_id
from execora.core.models import AuthSession, Business, User
from execora.core.permissions import Role
from tests.support.factories import Shop, leave_first_shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    """A shop in which nobody acts yet."""
    shop = make_shop()
    leave_first_shop()
    return shop


def session_of(user: User) -> AuthSession:
    ends = timezone.now() + timedelta(hours=1)
    with acting_in(user.business_id):
        return AuthSession.objects.create(business_id=user.business_id, user=user, expires_at=ends)


def acted_in() -> UUID | None:
    """Return what PostgreSQL itself says of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_business()")
        found: UUID | None = cursor.fetchone()[0]
        return found


def test_a_live_session_enters_its_business_in_one_statement(shop: Shop) -> None:
    session = session_of(shop.customer_user)
    with CaptureQueriesContext(connection) as statements:
        entered = door.enter(session.pk, shop.customer_user.pk)
    assert len(statements) == 1
    assert entered is not None
    assert (entered.role, entered.customer_id, entered.user_id) == (
        Role.CUSTOMER,
        shop.rahul.pk,
        shop.customer_user.pk,
    )
    assert entered.session_expires_at == session.expires_at
    read = entered.business
    known = Business.objects.get(pk=shop.business.pk)
    assert {f.attname: getattr(read, f.attname) for f in known._meta.concrete_fields} == {
        f.attname: getattr(known, f.attname) for f in known._meta.concrete_fields
    }
    assert acted_in() == shop.business.pk
    door.leave()
    assert (acted_in(), door.acted_in()) == (None, None)


@pytest.mark.parametrize("fault", ["unknown", "revoked", "expired", "inactive", "of another user", "without customer"])
def test_no_live_session_enters_nothing_and_leaves_nothing_of_before(shop: Shop, fault: str) -> None:
    user = shop.customer_user
    session = session_of(user)
    session_id = new_id() if fault == "unknown" else session.pk
    user_id = shop.staff_user.pk if fault == "of another user" else user.pk
    with acting_in(shop.business.pk):
        if fault == "revoked":
            AuthSession.objects.filter(pk=session.pk).update(revoked_at=timezone.now())
        elif fault == "expired":
            AuthSession.objects.filter(pk=session.pk).update(expires_at=timezone.now())
        elif fault == "inactive":
            User.objects.filter(pk=user.pk).update(is_active=False)
        elif fault == "without customer":
            Customer.objects.filter(pk=shop.rahul.pk).update(user=None)
    door.enter_business(shop.business.pk)
    assert acted_in() == shop.business.pk
    assert door.enter(session_id, user_id) is None
    assert (acted_in(), door.acted_in()) == (None, None)
    door.leave()
    assert acted_in() is None


def test_blocks_nest_and_return(shop: Shop) -> None:
    first, second = new_id(), new_id()
    with acting_in(first):
        with acting_in(second):
            assert acted_in() == second
        assert acted_in() == first
    assert acted_in() is None


def test_an_exception_in_a_block_ends_it() -> None:
    with pytest.raises(ZeroDivisionError), acting_in(new_id()):
        raise ZeroDivisionError
    assert acted_in() is None


@pytest.mark.parametrize("is_atomic", [False, True])
def test_a_failing_statement_in_a_block_ends_it(is_atomic: bool) -> None:
    def fail() -> None:
        with acting_in(new_id()), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        if is_atomic:
            with transaction.atomic():
                fail()
        else:
            fail()
    assert acted_in() is None


def test_a_killed_query_and_a_killed_connection_leave_nothing() -> None:
    with pytest.raises(OperationalError), acting_in(new_id()), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 5")
        cursor.execute("SELECT pg_sleep(5)")
    assert acted_in() is None
    with pytest.raises(OperationalError), acting_in(new_id()), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert door.acted_in() is None
    connection.close()
    assert acted_in() is None


def test_a_connection_opened_anew_in_a_block_acts_in_its_business() -> None:
    business_id = new_id()
    with acting_in(business_id):
        connection.close()
        assert acted_in() == business_id
    assert acted_in() is None


def test_a_rollback_within_a_block_keeps_its_business() -> None:
    business_id = new_id()
    with acting_in(business_id):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert acted_in() == business_id


def test_what_entered_within_a_block_returns_to_it(shop: Shop) -> None:
    session, outer = session_of(shop.staff_user), new_id()
    with acting_in(outer):
        door.enter(session.pk, shop.staff_user.pk)
        assert acted_in() == shop.business.pk
        door.leave()
        assert acted_in() == outer


def test_people_and_businesses_are_found_before_a_business_is_known(shop: Shop) -> None:
    business_id, rahul = shop.business.pk, shop.rahul
    found = (business_id, rahul.pk, shop.customer_user.pk)
    assert door.user_of_username(str(shop.staff_user.username).upper()) == (business_id, shop.staff_user.pk)
    assert door.user_of_username("nobody") is None
    assert door.business_of_user(shop.staff_user.pk) == business_id
    assert door.business_of_slug(shop.business.slug) == business_id
    assert door.business_of_number("unknown") is None
    assert door.businesses_count() == 1
    assert door.customers_of(code=rahul.code) == [found]
    assert door.customers_of(customer_id=rahul.pk) == [found]
    other = make_shop()
    assert door.customers_of(code=rahul.code) == []
    assert door.customers_of(code=rahul.code, slug=shop.business.slug) == [found]
    assert [row[0] for row in door.customers_of(phone_e164=str(rahul.phone_e164))] == [business_id, other.business.pk]
    assert door.customers_of(phone_e164=str(rahul.phone_e164), slug=shop.business.slug) == [found]
    assert door.customers_of(customer_id=rahul.pk, slug=other.business.slug) == []
    assert door.customers_of() == []


def test_functions_that_look_across_businesses_belong_to_nobody_and_name_their_search_path(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, r.rolcanlogin OR r.rolsuper OR r.rolbypassrls, p.proconfig,"
            " has_function_privilege('public', p.oid, 'EXECUTE')"
            " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
        )
        rows = cursor.fetchall()
    assert {"enter", "user_of_username", "customers_of", "businesses_count"} <= {row[0] for row in rows}
    for name, is_somebody, configuration, is_public in rows:
        assert not is_somebody, name
        assert "search_path=pg_catalog, public, pg_temp" in configuration, name
        assert not is_public, name
