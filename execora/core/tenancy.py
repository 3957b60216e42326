"""Rows that belong to a business, and what an actor may see of them."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.migrations.operations import RunSQL

from execora.core.ids import new_id

if TYPE_CHECKING:
    from execora.core.actor import Actor


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows of businesses. Read through `visible_to`, the one rule of visibility."""

    def visible_to(self, actor: "Actor") -> Self:
        """Return the rows of the actor's business; for a customer only their own, or none where a model has no own rows."""
        rows = self.filter(business_id=actor.business_id)
        if not actor.is_customer:
            return rows
        path = self.model.customer_path
        if path is None or actor.customer_id is None:
            return rows.none()
        return rows.filter(**{path: actor.customer_id})


class BusinessOwned(models.Model):
    """A row of one business. `customer_path` names the lookup that leads to the customer who may see it, if any."""

    customer_path: ClassVar[str | None] = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey("core.Business", on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


def owned_table(table: str) -> RunSQL:
    """Let other tables of the same business refer to `table` by (business_id, id)."""
    return RunSQL(
        f"CREATE UNIQUE INDEX {table}_business_id ON {table} (business_id, id)",
        f"DROP INDEX {table}_business_id",
    )


def same_business(table: str, column: str, target: str) -> RunSQL:
    """Make `table.column` refer to a row of `target` in the same business, checked by the database.

    Django's own constraint on the column would accept another business's row; the field has `db_constraint=False`.
    """
    name = f"{table}_{column}_same_business"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) REFERENCES {target} (business_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def deletable(*tables: str) -> RunSQL:
    """Let the application's role delete rows of these tables: what is over is forgotten."""
    named, role = ", ".join(tables), settings.APPLICATION_ROLE
    return RunSQL(f"GRANT DELETE ON {named} TO {role}", f"REVOKE DELETE ON {named} FROM {role}")


def append_only(table: str, role: str) -> RunSQL:
    """Take UPDATE, DELETE and TRUNCATE on `table` from the application's role, and refuse them to its owner by trigger too."""
    return RunSQL(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role};
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER {table}_append_only ON {table}; GRANT UPDATE, DELETE ON {table} TO {role};",
    )


def own_rows_only(
    table: str, *, of: str = "business_id", is_read_by_definer: bool = False, is_locked_by_definer: bool = False
) -> RunSQL:
    """Let the application's role see and write rows of `table` only of the business that its connection acts in.

    `of` is the column, or the expression, that says whose a row is. The tables' owner, who migrates, sees all; the definer
    role reads what its functions look up, and changes nothing even where they lock rows. Every table of a business needs this.
    """
    role, definer = settings.APPLICATION_ROLE, settings.DEFINER_ROLE
    policies = {
        f"{table}_own": f"TO {role} USING ({of} = (SELECT app_business())) WITH CHECK ({of} = (SELECT app_business()))",
        f"{table}_owner": "TO CURRENT_USER USING (true) WITH CHECK (true)",
    }
    rights = []
    if is_read_by_definer or is_locked_by_definer:
        policies[f"{table}_read"] = f"FOR SELECT TO {definer} USING (true)"
        rights.append("SELECT")
    if is_locked_by_definer:
        policies[f"{table}_lock"] = f"FOR UPDATE TO {definer} USING (true) WITH CHECK (false)"
        rights.append("UPDATE (id)")
    secure = [f"CREATE POLICY {name} ON {table} {rule};" for name, rule in policies.items()]
    secure += [f"GRANT {right} ON {table} TO {definer};" for right in rights]
    # What the definer may read stays on the way back: an earlier migration's functions may read it too, and nobody logs in as it.
    undo = [f"REVOKE UPDATE (id) ON {table} FROM {definer};"] if is_locked_by_definer else []
    undo += [f"DROP POLICY {name} ON {table};" for name in policies]
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        + "".join(secure),
        "".join(undo)
        + f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def as_definer(*signatures: str, reads: str = "", callers: str = "") -> RunSQL:
    """Give functions ("name(uuid, text)") to the role that nobody is, with whose rights they then run.

    It may then read the tables `reads`, also after this was undone: other functions of its may. `callers` is the role that
    may call them; without it only triggers do.
    """
    definer = settings.DEFINER_ROLE
    grant = f"GRANT SELECT ON {reads} TO {definer};" if reads else ""
    given = [
        f"ALTER FUNCTION {signature} SECURITY DEFINER; REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;"
        + (f"GRANT EXECUTE ON FUNCTION {signature} TO {callers};" if callers else "")
        + f"ALTER FUNCTION {signature} OWNER TO {definer};"
        for signature in signatures
    ]
    taken = [
        f"ALTER FUNCTION {signature} OWNER TO CURRENT_USER; ALTER FUNCTION {signature} SECURITY INVOKER;"
        f"GRANT EXECUTE ON FUNCTION {signature} TO PUBLIC;"
        for signature in signatures
    ]
    return RunSQL(grant + "".join(given), "".join(taken))
