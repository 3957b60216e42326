"""The shop that the measures are taken in is one that the books' own checks find nothing wrong with."""

import pytest

from bench.seed import Size, seed
from billing.models import Invoice
from execora.core.door import acting_in
from execora.ops.management.commands.verify_books import verify
from ledger.models import Entry
from tests.support.database import TestDatabase

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_seeded_shop_breaks_no_rule_of_the_books(test_database: TestDatabase) -> None:
    made = seed(test_database.superuser_url, Size(entries=400, customers=30, products=12))
    assert [(finding.check.name, finding.rows) for finding in verify() if finding.count] == []
    with acting_in(made.business_id):
        assert (Entry.objects.count(), Invoice.objects.count()) == (400, 80)
