"""`manage.py import_business`: a shop out of the file that export_business made."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from billing.books import checks
from execora.ops.owner import open_as_owner
from execora.transfer.archive import ArchiveRefused, opened
from execora.transfer.incoming import import_business


class Command(BaseCommand):
    help = (
        "Take in a shop that this database does not have, as it was, or change nothing and say why. Its people come "
        "without passwords."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.zip")
        parser.add_argument("--slug", type=_slug, metavar="NEW", help="another name in addresses than it had")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["file"]) as archive, open_as_owner() as connection:
                rows = import_business(connection, archive, slug=options["slug"], checks=checks())
        except ArchiveRefused as fault:
            raise CommandError(f"Nothing was changed. {fault}") from fault
        for name, count in rows.items():
            self.stdout.write(f"{count:>9} {name}")


def _slug(text: str) -> str:
    validate_slug(text)
    return text
