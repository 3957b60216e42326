"""Whether a command speaks of what was or of what shall be: `kal` is yesterday or tomorrow by it."""

import re
from collections.abc import Sequence
from typing import Final

from execora.language.folding import fold, fold_set, word_set

_PAST: Final = fold_set(
    "diya diye diyaa di liya kiya kiye gaya gayi gaye gya gyi aaya aayi aaye liye hua hui huye hue hoi mila mile mili chuka chukaya chuke "
    "bheja bheje becha beche bika biki kharida rakha likha likhe likhaya jodi bola bole karaya bhara bhare utha"
) | word_set("paid gave received did was were came sold took had got bought deposited sent returned gone done")
_WAS: Final = frozenset({"tha", "the", "thi", "thaa", "thee", "thin"})
_FUTURE: Final = fold_set(
    "dena dene deni lena lene leni karna karne karni bhejna bhejne batana bolna aana aane jana milna lagana rakhna likhna banana "
    "dilana dilane dilao dila dilaiye bhejo bhejiye bhej karo kariye kijiye karein lagao lagaiye rakho banao banaiye likho chahiye "
    "hoga hogi honge yaad yad"
) | word_set("will shall remind reminder send schedule pay give call message should must")
_FUTURE_ENDING: Final = re.compile(r"[a-z]{1,8}(?:unga|ungi|oonga|oongi|enge|ega|egi|oge|ogi|aega|iyega)")
_LOOK: Final = fold_set(
    "batao bata bataiye bataye dikhao dikha dikhaiye sunao suna dekho dekha kitna kitni kitne kya"
) | word_set("show tell check what how much")
_RECKONING: Final = fold_set(
    "bikri bikree hisaab kamai kamaai dhandha dhanda galla vasooli collection report summary total kul"
) | word_set("sale sales earning earnings revenue business totals")
_GIVE_AFTER: Final = fold_set("kar de bana likh bhej dila rakh laga jod bol bata le chadha daal")


def is_past(words: Sequence[str]) -> bool | None:
    """Return True for what was, False for what shall be, None when no verb tells. The last verb decides, as Hindi ends with it."""
    looked = False
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        folded = fold(word) if len(word) <= 20 else word
        if word in _WAS and (at == len(words) - 1 or words[at + 1] in ".,?!" or word != "the"):
            return True
        if (folded in _PAST or word in _PAST) and not (word == "liye" and at and words[at - 1].endswith("ke")):
            return True
        if folded in _FUTURE or word in _FUTURE or _FUTURE_ENDING.fullmatch(word):
            return False
        if word == "do" and at and fold(words[at - 1]) in _GIVE_AFTER and fold(words[at - 1]) not in _LOOK:
            return False
        looked = looked or folded in _LOOK or word in _LOOK
    if any(fold(word) in _RECKONING or word in _RECKONING for word in words if len(word) <= 20):
        return True
    return True if looked and any(word in ("bill", "payment") for word in words) else None
