"""What a row must be before it is written, as its model declares it: a clear refusal instead of a database's error."""

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model

from execora.core.errors import BadInput


def check_fields(row: Model) -> None:
    """Check the row's own fields: lengths, ranges, forms and the check constraints. Not uniqueness, which only an insert knows.

    Raises:
        BadInput: with the faults by field of the model.
    """
    faults: dict[str, list[str]] = {}
    references = {field.name for field in row._meta.fields if field.is_relation}
    try:
        row.clean_fields(exclude=references)
    except ValidationError as fault:
        faults = dict(fault.message_dict)
    for constraint in row._meta.constraints:
        if faults or not isinstance(constraint, CheckConstraint):
            continue
        try:
            constraint.validate(type(row), row, exclude=references)
        except ValidationError as fault:
            faults[constraint.name] = list(fault.messages)
    if faults:
        name, said = next(iter(faults.items()))
        raise BadInput(f"{name}: {said[0]}", fields=faults)
