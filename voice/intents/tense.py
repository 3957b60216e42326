"""Whether a command speaks of what was or of what shall be: `kal` is yesterday or tomorrow by it."""

import re
from collections.abc import Sequence
from typing import Final

from voice.intents.folding import fold


def _folds(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


_PAST: Final = _folds(
    "diya diye diyaa di liya kiya kiye gaya gayi gaye gya gyi aaya aayi aaye hua hui huye hue hoi mila mile mili chuka chukaya chuke "
    "bheja bheje becha beche bika biki bike kharida rakha likha likhe likhaya jodi bola bole karaya bhara bhare utha le_liya"
) | frozenset("paid gave received did was were came sold took had got bought deposited sent returned gone done".split())
_WAS: Final = frozenset({"tha", "the", "thi", "thaa", "thee", "thin"})
_FUTURE: Final = _folds(
    "dena dene deni lena lene leni karna karne karni bhejna bhejne batana bolna aana aane jana milna lagana rakhna likhna banana "
    "dilana dilane dilao dila dilaiye bhejo bhejiye bhej karo kariye kijiye karein lagao lagaiye rakho banao banaiye likho chahiye "
    "hoga hogi honge yaad yad"
) | frozenset("will shall remind reminder send set schedule pay give call message should must".split())
_FUTURE_ENDING: Final = re.compile(r"[a-z]{1,8}(?:unga|ungi|oonga|oongi|enge|ega|egi|oge|ogi|aega|iyega)")
_LOOK: Final = _folds(
    "batao bata bataiye bataye dikhao dikha dikhaiye sunao suna dekho dekha kitna kitni kitne kya"
) | frozenset("show tell check what how much".split())
_RECKONING: Final = _folds(
    "bikri bikree hisaab kamai kamaai dhandha dhanda galla vasooli collection report summary total kul"
) | frozenset("sale sales earning earnings revenue business totals".split())
_GIVE_AFTER: Final = _folds("kar de bana likh bhej dila rakh laga jod bol bata le chadha daal")


def is_past(words: Sequence[str]) -> bool | None:
    """Return True for what was, False for what shall be, None when no verb tells. The last verb decides, as Hindi ends with it."""
    looked = False
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        folded = fold(word) if len(word) <= 20 else word
        if word in _WAS and (at == len(words) - 1 or words[at + 1] in ".,?!" or word != "the"):
            return True
        if folded in _PAST and not (folded == "lie" or (at and words[at - 1] == "ke")):
            return True
        if folded in _FUTURE or _FUTURE_ENDING.fullmatch(word):
            return False
        if word == "do" and at and fold(words[at - 1]) in _GIVE_AFTER and fold(words[at - 1]) not in _LOOK:
            return False
        looked = looked or folded in _LOOK
    if any(fold(word) in _RECKONING for word in words if len(word) <= 20):
        return True
    return True if looked and any(word in ("bill", "payment") for word in words) else None
