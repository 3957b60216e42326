"""`manage.py export_journal`: a shop's books in the format of beancount, on the standard output."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from execora.core.clock import local_day
from execora.core.door import acting_in, business_of_slug
from execora.core.models import Business
from execora.core.snapshot import one_moment
from ledger.journal import journal_of


class Command(BaseCommand):
    help = "Print a shop's books as a journal of beancount: `> books.beancount`, then `bean-check books.beancount`."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--business", required=True, metavar="SLUG")
        parser.add_argument(
            "--from", dest="first_day", type=_day, metavar="YYYY-MM-DD", help="the first entry's day without it"
        )
        parser.add_argument("--to", dest="last_day", type=_day, metavar="YYYY-MM-DD", help="today without it")

    def handle(self, *args: Any, **options: Any) -> None:
        business_id = business_of_slug(options["business"])
        if business_id is None:
            raise CommandError(f"There is no business {options['business']!r}.")
        with acting_in(business_id), one_moment():
            business = Business.objects.get(pk=business_id)
            last_day = options["last_day"] or local_day(timezone.now(), business.time_zone)
            if options["first_day"] and options["first_day"] > last_day:
                raise CommandError("--from is after --to.")
            for piece in journal_of(business, first_day=options["first_day"], last_day=last_day):
                self.stdout.write(piece, ending="")


def _day(text: str) -> date:
    return date.fromisoformat(text)
