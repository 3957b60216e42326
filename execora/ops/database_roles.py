"""The roles of Execora's database and what each may do in it."""

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

OWNER = "execora_owner"
APPLICATION = "execora_app"
DEFINER = "execora_definer"
EXTENSIONS = ("pg_trgm", "btree_gin", "unaccent")

Connection = psycopg.Connection[tuple[object, ...]]


def ensure_database(admin_url: str, *, database: str, owner_password: str, application_password: str) -> None:
    """Make the roles, the database and its extensions, or bring them to the state they should have. Idempotent.

    `admin_url` is a superuser's. The owner owns the database and whatever it makes in it; the application role reads and
    writes rows of one business at a time and can neither define nor alter anything. Nobody is the definer role: migrations
    give it the few functions that look across businesses.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if admin.info.server_version >= 160000:
            # The passwords are random and long: stretching them would only slow every connection down.
            admin.execute("SET scram_iterations = 1")
        _ensure_role(admin, OWNER, owner_password)
        _ensure_role(admin, APPLICATION, application_password)
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DEFINER]).fetchone():
            admin.execute(f"CREATE ROLE {DEFINER} NOLOGIN")
        admin.execute(f"GRANT {DEFINER} TO {OWNER}")
        # One shop's rows are a tiny part of a table: a plan made for each call costs more than it gains.
        admin.execute(f"ALTER ROLE {APPLICATION} SET plan_cache_mode = force_generic_plan")
        admin.execute(f"ALTER ROLE {APPLICATION} SET jit = off")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
        restrict_database(admin, database)
    with psycopg.connect(make_conninfo(admin_url, dbname=database), autocommit=True) as inside:
        for extension in EXTENSIONS:
            inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        _grant_rows_to_application(inside)


def restrict_database(admin: Connection, database: str) -> None:
    """Let only the two roles connect to `database`. A copy made with CREATE DATABASE .. TEMPLATE needs this again."""
    name = sql.Identifier(database)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(APPLICATION)))


def _ensure_role(admin: Connection, role: str, password: str) -> None:
    exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN PASSWORD {}"
    admin.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))


def _grant_rows_to_application(inside: Connection) -> None:
    inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    inside.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
    inside.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
    # PostgreSQL asks for CREATE of whoever is made the owner of a function.
    inside.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {DEFINER}")
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    inside.execute(f"{defaults} SELECT, INSERT, UPDATE ON TABLES TO {APPLICATION}")
    inside.execute(f"{defaults} USAGE, SELECT ON SEQUENCES TO {APPLICATION}")
