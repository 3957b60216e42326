"""Union territory tax, cess, discounts, write-offs and credit notes get accounts and kinds of entries."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# A column that a trigger's condition names keeps its type: the trigger steps aside for this moment.
LONGER = """
DO $$
DECLARE
    condition record;
BEGIN
    CREATE TEMP TABLE set_aside ON COMMIT DROP AS
        SELECT tgname, pg_get_triggerdef(oid) AS definition
          FROM pg_trigger WHERE tgrelid = 'ledger_entry'::regclass AND NOT tgisinternal AND tgqual IS NOT NULL;
    FOR condition IN SELECT * FROM set_aside LOOP
        EXECUTE format('DROP TRIGGER %I ON ledger_entry', condition.tgname);
    END LOOP;
    ALTER TABLE ledger_entry ALTER COLUMN kind TYPE varchar(12);
    FOR condition IN SELECT * FROM set_aside LOOP
        EXECUTE condition.definition;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_own_rows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="account_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_kind_says_direction",
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receivable", "Khata of a customer"),
                    ("cash", "Cash"),
                    ("upi", "UPI"),
                    ("card", "Card"),
                    ("bank", "Bank"),
                    ("other", "Other payments"),
                    ("sales", "Sales"),
                    ("cgst", "Output CGST"),
                    ("sgst", "Output SGST"),
                    ("utgst", "Output UTGST"),
                    ("igst", "Output IGST"),
                    ("cess", "Output cess"),
                    ("round_off", "Round-off"),
                    ("discount", "Discounts"),
                    ("write_off", "Written off"),
                    ("opening", "Opening balances"),
                ],
                max_length=12,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(LONGER, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name="entry",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("invoice", "Invoice"),
                            ("payment", "Payment"),
                            ("credit", "Credit without a bill"),
                            ("opening", "Opening balance"),
                            ("credit_note", "Credit note"),
                            ("write_off", "Write-off"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "receivable",
                            "cash",
                            "upi",
                            "card",
                            "bank",
                            "other",
                            "sales",
                            "cgst",
                            "sgst",
                            "utgst",
                            "igst",
                            "cess",
                            "round_off",
                            "discount",
                            "write_off",
                            "opening",
                        ],
                    )
                ),
                name="account_kind_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effect_paise__gt", 0), ("kind__in", ("invoice", "credit", "opening"))),
                    models.Q(("effect_paise__lt", 0), ("kind__in", ("payment", "credit_note", "write_off"))),
                    models.Q(("kind", "reversal"), models.Q(("effect_paise", 0), _negated=True)),
                    _connector="OR",
                ),
                name="entry_kind_says_direction",
            ),
        ),
    ]
