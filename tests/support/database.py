"""A test process's own database: a copy of the migrated template, emptied after each test that commits."""

import os
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from execora.ops.database_roles import APPLICATION, OWNER, restrict_database
from tests.support import services


class TestDatabase:
    """A database cloned from the template. `owner_url`, `app_url` and `superuser_url` are its addresses by role."""

    __test__ = False

    def __init__(self, name: str) -> None:
        template_url = services.ask("postgres")
        self.name = name
        self.superuser_url = template_url.rsplit("/", 1)[0] + "/" + name
        self.owner_url = services.url_for(template_url, OWNER, name)
        self.app_url = services.url_for(template_url, APPLICATION, name)
        services.drop_database(template_url, name)
        with psycopg.connect(template_url, dbname="postgres", autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(services.TEMPLATE), sql.Identifier(OWNER)
                )
            )
            restrict_database(admin, name)
        self._cleaner = psycopg.connect(self.superuser_url, autocommit=True)
        # Emptying is not a change of the books: neither triggers nor foreign keys have a say in it.
        self._cleaner.execute("SET session_replication_role = replica; SET lock_timeout = '5s'")
        self._tables = [
            str(row[0])
            for row in self._cleaner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ]
        filled_by_migrations = set(self._tables_with_rows())
        self._tables = [table for table in self._tables if table not in filled_by_migrations]

    def environment(self) -> dict[str, str]:
        """Return the variables with which a program of ours uses this database."""
        return {"DATABASE_URL": self.app_url, "MIGRATE_DATABASE_URL": self.owner_url}

    def use_in_django(self) -> None:
        """Point Django's connections, and the programs that tests start, at this database."""
        from django.conf import settings

        os.environ.update(self.environment())
        for alias, url in (("default", self.app_url), ("owner", self.owner_url)):
            server = conninfo_to_dict(url)
            place: dict[str, Any] = settings.DATABASES[alias]
            place.update(
                NAME=server["dbname"],
                USER=server["user"],
                PASSWORD=server["password"],
                HOST=server["host"],
                PORT=server["port"],
            )

    def empty(self) -> None:
        """Delete every row that was not there after the migrations, as the superuser: no role of ours may."""
        filled = self._tables_with_rows()
        if filled:
            self._cleaner.execute(
                sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in filled)
            )

    def drop(self) -> None:
        """Close and drop the database."""
        self._cleaner.close()
        services.drop_database(self.superuser_url, self.name)

    def _tables_with_rows(self) -> list[str]:
        if not self._tables:
            return []
        question = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(table), sql.Identifier(table))
            for table in self._tables
        )
        return [str(row[0]) for row in self._cleaner.execute(question).fetchall()]
