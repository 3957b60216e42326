"""Adding and changing people: told apart, coded one after the other, each in their own shop."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from customers.commands import change_customer, create_customer, find_customer
from customers.errors import CustomerExists, CustomerNotFound, InvalidGstin
from customers.models import Customer
from execora.core.door import acting_in
from execora.core.errors import NotPermitted
from execora.core.ids import new_id
from execora.core.models import AuditEvent
from tests.support.factories import Shop, make_shop
from tests.support.threads import on_own_connection

GSTIN = "27AAPFU0939F1ZV"


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


def test_codes_follow_each_other_in_each_shop(shop: Shop) -> None:
    made = [create_customer(shop.staff, name=f"Person {number}").code for number in range(3)]
    assert made == ["cust-002", "cust-003", "cust-004"]
    assert make_shop().rahul.code == "cust-001"


def test_a_refused_customer_uses_up_no_code(shop: Shop) -> None:
    with pytest.raises(CustomerExists):
        create_customer(shop.staff, name="Other", phone_e164="+919820000001")
    assert create_customer(shop.staff, name="Next").code == "cust-002"


@pytest.mark.parametrize(
    "same",
    [
        {"name": "Rahul Sharma", "landmark": "mandir wala"},
        {"name": "RAHUL sharma", "landmark": "Mandir Wala"},
        {"name": "Someone", "phone_e164": "+919820000001"},
    ],
)
def test_one_who_is_there_already_is_refused(shop: Shop, same: dict[str, str]) -> None:
    with pytest.raises(CustomerExists):
        create_customer(shop.staff, **same)  # type: ignore[arg-type]
    assert Customer.objects.count() == 1
    assert AuditEvent.objects.filter(command="create_customer").count() == 1


@pytest.mark.parametrize("apart", [{"landmark": "bank wala"}, {"nickname": "Chhotu"}, {"landmark": ""}])
def test_two_of_a_name_are_told_apart(shop: Shop, apart: dict[str, str]) -> None:
    create_customer(shop.staff, name="Rahul Sharma", **apart)  # type: ignore[arg-type]
    assert Customer.objects.filter(name="Rahul Sharma").count() == 2


def test_the_same_phone_may_be_known_to_two_shops(shop: Shop) -> None:
    assert make_shop().rahul.phone_e164 == shop.rahul.phone_e164


def test_a_gstin_is_checked_and_written_plainly(shop: Shop) -> None:
    assert create_customer(shop.staff, name="Firm", gstin=" 27aapfu0939f1zv ").gstin == GSTIN
    for wrong in ("27AAPFU0939F1ZX", "27AAPFU0939F1Z", "x" * 15):
        with pytest.raises(InvalidGstin) as refused:
            create_customer(shop.staff, name="Other Firm", gstin=wrong)
        assert refused.value.fields.keys() == {"gstin"}
    assert Customer.objects.count() == 2


def test_a_change_is_heard_from_then_on_and_leaves_the_rest(shop: Shop) -> None:
    changed = change_customer(shop.staff, customer=shop.rahul, changes={"landmark": "talab wala", "notes": "pays late"})
    assert (changed.name, changed.landmark, changed.notes, changed.code) == (
        "Rahul Sharma",
        "talab wala",
        "pays late",
        "cust-001",
    )
    assert " talab " in changed.sound_keys
    assert "mandir" not in changed.sound_keys


def test_only_what_may_be_changed_is_changed(shop: Shop) -> None:
    before = shop.rahul.business_id
    changes = {"code": "cust-666", "business_id": new_id(), "user_id": None, "id": new_id(), "sound_keys": "x"}
    changed = change_customer(shop.staff, customer=shop.rahul, changes=changes)
    changed.refresh_from_db()
    assert (changed.pk, changed.code, changed.business_id) == (shop.rahul.pk, "cust-001", before)
    assert changed.user_id == shop.customer_user.pk
    assert changed.sound_keys.startswith(" rahul ")


def test_a_change_into_somebody_else_is_refused(shop: Shop) -> None:
    geeta = create_customer(shop.staff, name="Geeta Rani")
    with pytest.raises(CustomerExists):
        change_customer(shop.staff, customer=geeta, changes={"phone_e164": "+919820000001"})
    assert Customer.objects.get(pk=geeta.pk).phone_e164 is None


def test_another_shops_customer_is_neither_found_nor_changed(shop: Shop) -> None:
    other = make_shop()
    for reference in (str(other.rahul.pk), "cust-002", "cust-001 ", "", "none"):
        with pytest.raises(CustomerNotFound):
            find_customer(shop.staff, reference)
    with pytest.raises(CustomerNotFound):
        change_customer(shop.admin, customer=other.rahul, changes={"name": "Mine"})
    with acting_in(other.business.pk):
        assert Customer.objects.get(pk=other.rahul.pk).name == "Rahul Sharma"


def test_an_id_and_a_code_in_any_case_name_the_same_person(shop: Shop) -> None:
    for reference in (str(shop.rahul.pk), str(shop.rahul.pk).upper(), "cust-001", "CUST-001"):
        assert find_customer(shop.staff, reference).pk == shop.rahul.pk


def test_a_customer_finds_themselves_alone_and_changes_nobody(shop: Shop) -> None:
    geeta = create_customer(shop.staff, name="Geeta Rani")
    assert find_customer(shop.customer, "cust-001").pk == shop.rahul.pk
    with pytest.raises(CustomerNotFound):
        find_customer(shop.customer, geeta.code)
    with pytest.raises(NotPermitted):
        change_customer(shop.customer, customer=shop.rahul, changes={"name": "New"})
    with pytest.raises(NotPermitted):
        create_customer(shop.customer, name="New")


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_customers_at_once_are_one() -> None:
    shop, barrier = make_shop(), Barrier(20)

    def create(_: int) -> str:
        barrier.wait(30)
        try:
            return create_customer(shop.staff, name="Geeta Rani", phone_e164="+919820000002").code
        except CustomerExists as refused:
            return refused.code

    with ThreadPoolExecutor(20) as threads:
        answers = sorted(threads.map(on_own_connection(create), range(20)))
    assert answers == ["CUSTOMER_EXISTS"] * 19 + ["cust-002"]
    assert Customer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_codes_taken_at_once_have_no_gap_and_no_double() -> None:
    shop, barrier = make_shop(), Barrier(12)

    def create(number: int) -> str:
        barrier.wait(30)
        return create_customer(shop.staff, name=f"Person {number}").code

    with ThreadPoolExecutor(12) as threads:
        assert sorted(threads.map(on_own_connection(create), range(12))) == [
            f"cust-{number:03d}" for number in range(2, 14)
        ]
