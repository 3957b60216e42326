"""Amounts in words as Indian documents spell them."""

from num2words import num2words

from execora.language.number_speech import number_in_words


def rupees_in_words(paise: int) -> str:
    """Return an amount in English: "Rupees One Lakh Twenty-Five Thousand and Fifty Paise Only"."""
    whole, rest = divmod(paise, 100)
    tail = f" and {_english(rest)} Paise" if rest else ""
    return f"Rupees {_english(whole)}{tail} Only"


def rupees_in_hindi(paise: int) -> str:
    """Return an amount in Hindi: "रुपये एक लाख पच्चीस हज़ार और पचास पैसे मात्र"."""
    whole, rest = divmod(paise, 100)
    tail = f" और {number_in_words(rest, 'hi-Deva')} पैसे" if rest else ""
    return f"रुपये {number_in_words(whole, 'hi-Deva')}{tail} मात्र"


def _english(number: int) -> str:
    spelt: str = num2words(number, lang="en_IN")
    return spelt.replace(",", "").replace(" and ", " ").title()
