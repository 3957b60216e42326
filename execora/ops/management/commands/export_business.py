"""`manage.py export_business`: everything of a shop in one file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from execora.core.door import business_of_slug
from execora.ops.owner import open_as_owner
from execora.transfer.outgoing import export_business


class Command(BaseCommand):
    help = (
        "Write all rows of a shop, but no secret, to a new ZIP file with a manifest. It is personal data: keep it so."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--business", required=True, metavar="SLUG")
        parser.add_argument("--to", required=True, metavar="FILE.zip", help="a new file")

    def handle(self, *args: Any, **options: Any) -> None:
        business_id = business_of_slug(options["business"])
        if business_id is None:
            raise CommandError(f"There is no business {options['business']!r}.")
        try:
            with open_as_owner() as connection:
                files = export_business(connection, business_id, options["to"])
        except FileExistsError as fault:
            raise CommandError(f"{options['to']} is there already.") from fault
        for name, said in sorted(files.items()):
            self.stdout.write(f"{said['rows']:>9} {name}")
