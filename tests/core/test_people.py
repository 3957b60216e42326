"""What admins decide about each other leaves the shop an admin."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from execora.core.door import acting_in
from execora.core.errors import DomainError
from execora.core.models import User
from execora.core.people import set_user_active, set_user_role
from execora.core.permissions import Role
from tests.support.factories import Shop, actor_of_user, make_shop, make_user

pytestmark = pytest.mark.django_db(transaction=True)

demote = partial(set_user_role, role=Role.STAFF)
deactivate = partial(set_user_active, is_active=False)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def admins_left(shop: Shop) -> int:
    with acting_in(shop.business.pk):
        return User.objects.filter(business=shop.business, role=Role.ADMIN, is_active=True).count()


@pytest.mark.parametrize("acts", [(demote, demote), (deactivate, deactivate), (demote, deactivate)])
def test_of_two_admins_who_put_each_other_out_one_stays(shop: Shop, acts: tuple[Callable[..., User], ...]) -> None:
    first, second, together = shop.admin_user, make_user(shop.business, Role.ADMIN), Barrier(2)
    with acting_in(shop.business.pk):
        actors = [actor_of_user(first), actor_of_user(second)]

    def put_out(number: int) -> str:
        try:
            with acting_in(shop.business.pk):
                together.wait()
                acts[number](actors[number], user_id=(second, first)[number].pk)
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put_out, range(2))) == ["LAST_ADMIN", "done"]
    assert admins_left(shop) == 1


@pytest.mark.parametrize("act", [demote, deactivate])
def test_an_inactive_admin_is_none(shop: Shop, act: Callable[..., User]) -> None:
    """Whoever acts may have been put out since their request began."""
    second = make_user(shop.business, Role.ADMIN)
    with acting_in(shop.business.pk):
        set_user_active(shop.admin, user_id=second.pk, is_active=False)
        with pytest.raises(DomainError) as refused:
            act(actor_of_user(second), user_id=shop.admin_user.pk)
    assert refused.value.code == "LAST_ADMIN"
    assert admins_left(shop) == 1


@pytest.mark.parametrize("act", [demote, deactivate])
def test_with_another_admin_it_is_done(shop: Shop, act: Callable[..., User]) -> None:
    second = make_user(shop.business, Role.ADMIN)
    with acting_in(shop.business.pk):
        act(shop.admin, user_id=second.pk)
    assert admins_left(shop) == 1
