"""`manage.py reseal`: what lies in the database under the previous SECRET_KEY is sealed under the current one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from execora.core.books import Connection
from execora.core.sealing import resealed
from execora.core.second_factor import PURPOSE
from execora.ops.owner import open_as_owner

# Nobody waits for long: one row at a time is locked, as a login locks it.
_TAKE = "SELECT sealed_key FROM core_secondfactor WHERE id = %s FOR UPDATE"
_PUT = "UPDATE core_secondfactor SET sealed_key = %s WHERE id = %s"


class Command(BaseCommand):
    help = (
        "Seal the keys of second factors under SECRET_KEY that are sealed under SECRET_KEY_PREVIOUS. Run it when every "
        "server and worker has the new SECRET_KEY. Exit status 1: some are sealed under neither. Does no harm when run again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        anew, lost = 0, []
        with open_as_owner() as connection:
            rows = connection.execute("SELECT id, user_id FROM core_secondfactor ORDER BY id").fetchall()
            for factor_id, user_id in rows:
                is_anew = _reseal(connection, factor_id)
                anew += is_anew is True
                lost += [str(user_id)] if is_anew is None else []
        self.stdout.write(
            f"Second factors sealed anew: {anew}. Under SECRET_KEY already: {len(rows) - anew - len(lost)}."
        )
        if lost:
            raise CommandError(
                f"{len(lost)} are sealed under neither SECRET_KEY nor SECRET_KEY_PREVIOUS. Find the key they were sealed "
                f"under, or have another admin of the shop reset the second factor of: {', '.join(lost)}"
            )


def _reseal(connection: Connection, factor_id: Any) -> bool | None:
    """Return whether the factor had to be sealed anew; None when no key opens it. One that is gone is no matter."""
    with connection.transaction():
        row = connection.execute(_TAKE, [factor_id]).fetchone()
        if row is None:
            return False
        sealed = resealed(PURPOSE, str(row[0]))
        if sealed is None:
            return None
        if sealed != row[0]:
            connection.execute(_PUT, [sealed, factor_id])
        return sealed != row[0]
