"""`manage.py create_roles`: the roles, the database and its extensions, as a superuser, before the first `migrate`."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg.conninfo import conninfo_to_dict

from execora.ops.database_roles import APPLICATION, DEFINER, OWNER, ensure_database


class Command(BaseCommand):
    help = (
        "Make the roles with the passwords of DATABASE_URL and MIGRATE_DATABASE_URL, the database and its extensions, "
        "or bring them to the state they should have. Needs SUPERUSER_DATABASE_URL; does no harm when run again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SUPERUSER_DATABASE_URL:
            raise CommandError("Set SUPERUSER_DATABASE_URL to the URL of a superuser on the same server.")
        application = _login("default", "DATABASE_URL", APPLICATION)
        owner = _login("owner", "MIGRATE_DATABASE_URL", OWNER)
        if owner["NAME"] != application["NAME"]:
            raise CommandError("DATABASE_URL and MIGRATE_DATABASE_URL name two databases. Name one.")
        try:
            where = conninfo_to_dict(settings.SUPERUSER_DATABASE_URL)
            if (where.get("host"), str(where.get("port", 5432))) != (owner["HOST"], str(owner["PORT"] or 5432)):
                raise CommandError("SUPERUSER_DATABASE_URL and MIGRATE_DATABASE_URL name two servers. Name one.")
            ensure_database(
                settings.SUPERUSER_DATABASE_URL,
                database=owner["NAME"],
                owner_password=owner["PASSWORD"],
                application_password=application["PASSWORD"],
            )
        except psycopg.Error as fault:
            raise CommandError(f"The roles could not be made: {str(fault).strip()}") from None
        self.stdout.write(f"The roles {OWNER}, {APPLICATION} and {DEFINER} and the database {owner['NAME']} are there.")


def _login(alias: str, variable: str, role: str) -> dict[str, Any]:
    place: dict[str, Any] = settings.DATABASES.get(alias, {})
    if place.get("USER") != role:
        raise CommandError(f"{variable} must be set, and log in as {role}.")
    return place
