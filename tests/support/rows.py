"""What stands in the tables, to show that nothing changed."""

from django.db import connection

from execora.core.door import acting_in
from execora.core.models import Business

_OWNED = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'business_id' ORDER BY 1"


def state_of(*businesses: Business) -> dict[str, str]:
    """Return a digest of the rows of every business-owned table, for each of `businesses`, and of the jobs that wait."""
    state = {}
    for business in businesses:
        with acting_in(business.pk), connection.cursor() as cursor:
            cursor.execute(_OWNED)
            for (table,) in cursor.fetchall():
                state[f"{business.slug} {table}"] = _digest(
                    cursor, f"{table} AS t WHERE t.business_id = '{business.pk}'"
                )
            state[business.slug] = _digest(cursor, f"core_business AS t WHERE t.id = '{business.pk}'")
            state["jobs"] = _digest(cursor, "procrastinate_jobs AS t")
    return state


def _digest(cursor, rows: str) -> str:  # type: ignore[no-untyped-def]  # a cursor of whatever kind
    cursor.execute(f"SELECT count(*) || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {rows}")
    return cursor.fetchone()[0]
