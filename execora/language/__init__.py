"""Words as people say them, to numbers, units, days and Latin letters. Pure: no Django, no input or output, nothing of a shop."""
