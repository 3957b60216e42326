"""`manage.py verify_books`: whether every number in the database is what the facts behind it say."""

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.books import ONE_MOMENT, checks
from execora.core.books import Finding, find
from execora.ops.owner import open_as_owner


class Command(BaseCommand):
    help = "Check the books: a tick for each rule that holds, else the rows that break it and exit status 1."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        began, broken = time.monotonic(), 0
        for finding in verify():
            broken += finding.count > 0
            self._tell(finding)
        self.stdout.write(f"{time.monotonic() - began:.1f} s")
        if broken:
            raise CommandError(f"{broken} rules are broken. Change nothing; see docs/runbook.md, Wrong books.")

    def _tell(self, finding: Finding) -> None:
        if not finding.count:
            self.stdout.write(f"✓ {finding.check.name}")
            return
        self.stdout.write(f"✗ {finding.check.name}: {finding.count} broken")
        for identity, expected, found in finding.rows:
            self.stdout.write(f"    {identity}: expected {expected}; found {found}")
        if finding.count > len(finding.rows):
            self.stdout.write(f"    and {finding.count - len(finding.rows)} more")


def verify() -> Iterator[Finding]:
    """Yield what each check finds, all of them at one moment of the database, which is not changed."""
    with open_as_owner() as connection, connection.transaction():
        for setting in ONE_MOMENT:
            connection.execute(setting)
        for check in checks():
            yield find(connection, check)
