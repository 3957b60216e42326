"""What is done by night: the books are verified."""

from django.utils import timezone
from procrastinate.contrib.django import app

from billing.books import verify_own_books
from execora.core.actor import system_actor
from execora.core.door import business_ids
from execora.core.jobs import correlated, enqueue, in_its_business, renew_connection
from execora.core.models import Business
from execora.ops.correlation import bind_correlation_id, current_correlation_id


@app.periodic(cron="30 21 * * *")
@app.task(name="billing.verify_books")
def verify_all(timestamp: int) -> None:
    """At 21:30 UTC, three at night in India: enqueue each shop's verification by itself, so that one's fault is not another's."""
    with bind_correlation_id(""):
        renew_connection()
        for business_id in business_ids():
            enqueue(verify_shop, business_id=str(business_id))


@app.task(name="billing.verify_books_of")
@correlated
@in_its_business
def verify_shop() -> None:
    """Verify the books of the shop that the job acts in."""
    business = Business.objects.get()  # the one that this connection acts in; the database shows no other
    verify_own_books(system_actor(business, correlation_id=current_correlation_id(), now=timezone.now()))
