"""What must be true of the rights in the database: what only grows cannot be changed, and whoever checks sees every row."""

from execora.core.books import Check

APPEND_ONLY = ("core_auditevent", "ledger_entry", "ledger_posting", "billing_stockmovement", "billing_invoiceitem")


def rights_checks(role: str) -> tuple[Check, ...]:
    """Return the checks of what the application's `role` may do."""
    tables = ", ".join(f"('{table}')" for table in APPEND_ONLY)
    return (
        Check(
            "the application may not change or delete what only grows, and its trigger refuses everybody",
            f"""
            SELECT t.name, right_wanted, right_found
              FROM (VALUES {tables}) t (name)
              CROSS JOIN LATERAL (
                  SELECT 'no ' || r.word, r.word || ' granted'
                    FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) r (word)
                   WHERE has_table_privilege('{role}', t.name, r.word)
                  UNION ALL
                  SELECT 'an enabled trigger ' || t.name || '_append_only', 'none'
                   WHERE NOT EXISTS (SELECT FROM pg_trigger g
                                      WHERE g.tgrelid = t.name::regclass AND g.tgname = t.name || '_append_only'
                                        AND g.tgenabled IN ('O', 'A'))) f (right_wanted, right_found)
            """,  # noqa: S608  # names of our own
        ),
        Check(
            "row-level security, where a table has it, binds its owner too, and the owner may read every row",
            """
            SELECT c.oid::regclass::text, 'forced, with a policy that shows the owner all rows',
                   CASE WHEN c.relforcerowsecurity THEN 'no such policy' ELSE 'not forced' END
              FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
               AND (NOT c.relforcerowsecurity
                    OR NOT EXISTS (SELECT FROM pg_policy p
                                    WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
                                      AND (c.relowner = ANY (p.polroles) OR 0 = ANY (p.polroles))
                                      AND pg_get_expr(p.polqual, p.polrelid) = 'true'))
            """,
        ),
        Check(
            "the application owns nothing and is no superuser",
            f"""
            SELECT r.rolname, 'neither superuser nor BYPASSRLS', 'superuser ' || r.rolsuper || ', bypass ' || r.rolbypassrls
              FROM pg_roles r WHERE r.rolname = '{role}' AND (r.rolsuper OR r.rolbypassrls)
            UNION ALL
            SELECT c.oid::regclass::text, 'another owner', '{role}'
              FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = '{role}'::regrole
            """,  # noqa: S608  # a name of our own
        ),
    )
