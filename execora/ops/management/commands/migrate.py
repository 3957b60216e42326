"""`manage.py migrate` as the owner of the tables: the application's role may not change them."""

from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate


class Command(DjangoMigrate):
    """Django's migrate, on the `owner` connection unless another is named."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else None)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] is None:
            raise CommandError("Set MIGRATE_DATABASE_URL to the database's URL with the owner role, and migrate again.")
        super().handle(*args, **options)
