"""The closed vocabulary of writing commands: which words each may hold, and which make it no such command."""

import re
from collections.abc import Mapping
from typing import Final

from execora.language.folding import word_set
from voice.intents.cues import Cue
from voice.intents.schema import Intent

CONDITIONS: Final = word_set("agar agr yadi if unless jab jabki warna varna until provided whether")
"""Words that make a command depend on something."""

MODALS: Final = word_set(
    "should would could might can must shall will wont cannot hoga hogi honge padega padegi padenge sakta "
    "sakti sakte shayad maybe perhaps probably promised supposed ought"
)
"""Words of what may, must or shall be: nothing happened, so nothing is written."""

WISHES: Final = word_set("chahiye chahie chahiyen want wants wanted need needs")
"""Words of what somebody would like: a bill may be wanted, a payment that is wanted is none."""

FUTURE: Final = re.compile(
    r"(?:d|l|dila|ka?r|karwa|chuka|lauta|likh|likhwa|bana?|banwa|bhej|a|aa|ja|jaa|mil|rakh|bech|kharid|daal|jod|bata|bhar|pahuncha|manga|de|le)"
    r"(?:ung[ai]|oong[ai]|[iy]?eng[aei]|[iy]?eg[ai]|aeg[ai]|aaeg[ai]|oge|ogi|yenge)"
)
ASKING: Final = word_set("kisne kinhone kaise kese kyun kyon kyu kahan kidhar why where when kab kitna kitne kitni")
"""Words that ask, besides the hints of asking."""

UNDOING: Final = word_set(
    "undo reverse reversed revert ulta bounce bounced refund refunded refuse refused mana inkaar inkar void radd nirast khaarij"
)
"""Words that undo a command, besides the hints of cancelling."""

BROUGHT_BACK: Final = word_set(
    "lautaya lautaye lauta lautaa lautai lautayi lautati lautate wapas wapsi vapas waapas vaapas returned return returns back"
)
TAGS: Final = word_set("na naa right correct")
"""Words that make a question of a sentence when they end it."""

TITLES_THAT_TELL: Final = word_set("mrs miss ms shrimati smt")
"""Titles of another person of the same house: "Mrs Suresh" is not Suresh."""

BOUNDS: Final = word_set(
    "zyada jyada zyaada kam kamse upar uppar neeche niche tak more less least most above below over under upto about around almost "
    "approximately approx roughly nearly lagbhag karib kareeb takriban andazan between beech minimum maximum atleast atmost"
)
"""Words that make of an amount a bound or a guess."""

MULTIPLIERS: Final = word_set(
    "notes sikke sikka sikkon coin coins gaddi gaddiyan guna times baar dafa dugna tigna double triple percent pratishat"
)
"""Nouns that a number of rupees is counted in, so that the amount is another."""

MODES: Final = frozenset({Cue.CASH, Cue.UPI, Cue.CARD, Cue.OTHER_MODE})
UNDOING_CUES: Final = frozenset({Cue.CANCEL, Cue.DELETE, Cue.WRONG, Cue.LET_GO, Cue.STOP})
ASKING_CUES: Final = frozenset({Cue.ASK, Cue.WHO, Cue.SHOW})

HARMLESS: Final = word_set(
    "haan han yes a an the in on at with is are was were has have had s i me my we our it this that here there now just please let get got down "
    "apne apna apni hamare hamara hum ham main maine mene humne hamne mujhe mujhko mere mera meri wahan yahan bas sirf only into onto "
    "against towards ye yeh yah wo woh vo vah sath saath leke lekar karae karaye karaya karwaye karwaya kharida khareeda khareedi "
    "bought purchased buy via one hi amount rakam raqam worth dukaan dukan of taraf full maal "
    "kar karo karna kardo karke kariye kijiye keejiye kr kro krdo karwa karwao kiya kiye kia ki kijie kardena karlo hai hain he hae h ho "
    "hi hua hui hue hoi huaa tha thi the thaa thee gaya gaye gayi gya gye gyi gai lo le lelo lu loon utha uthake kara karwana karana karni "
    "karne kari do kren karein karen krna krke diyo dedo aa aaj today aj todays jao"
)
"""Words around a command that change nothing of it."""

_ALWAYS: Final = frozenset(
    {
        Cue.RUPEES, Cue.PAISE, Cue.HONORIFIC, Cue.FILLER, Cue.LINK, Cue.BEFORE_NAME, Cue.ACTIVE, Cue.ALSO, Cue.JOIN, Cue.THEN, Cue.NAME,
        Cue.PERSON,
    }
)  # fmt: skip
_REMINDING: Final = _ALWAYS | {
    Cue.REMIND, Cue.SEND, Cue.SET, Cue.MAKE, Cue.GIVE, Cue.SHOW, Cue.RECEIVED, Cue.BALANCE, Cue.CREDIT, Cue.ACCOUNT, Cue.CHANGE, Cue.VERB,
    Cue.PLAIN, Cue.ADD, Cue.WRITE, Cue.DAY, Cue.NEW, Cue.BILL, Cue.MARKER, Cue.CASH, Cue.OWE, Cue.STOP,
}  # fmt: skip
VOCABULARY: Final[Mapping[Intent, frozenset[Cue]]] = {
    Intent.RECORD_PAYMENT: _ALWAYS | MODES | {
        Cue.RECEIVED, Cue.CAME, Cue.GAVE, Cue.GIVE, Cue.TOOK, Cue.TRANSFER, Cue.CREDIT, Cue.WRITE, Cue.ADD, Cue.ACCOUNT, Cue.RECORD,
    },
    Intent.ADD_CREDIT: _ALWAYS | {
        Cue.CREDIT, Cue.WRITE, Cue.ADD, Cue.ACCOUNT, Cue.GAVE, Cue.GIVE, Cue.TOOK, Cue.TAKE_AWAY, Cue.GOODS, Cue.BILL,
    },
    Intent.CREATE_INVOICE: _ALWAYS | MODES | {
        Cue.BILL, Cue.MAKE, Cue.GIVE, Cue.GAVE, Cue.TOOK, Cue.TAKE_AWAY, Cue.WRITE, Cue.ADD, Cue.CREDIT, Cue.GOODS, Cue.ACCOUNT,
    },
    Intent.UPDATE_STOCK: _ALWAYS | {
        Cue.STOCK, Cue.CAME, Cue.OUT, Cue.RECEIVED, Cue.ADD, Cue.WRITE, Cue.CHANGE, Cue.SET, Cue.DELETE, Cue.MAKE, Cue.GOODS, Cue.NEW,
    },
    Intent.CREATE_REMINDER: _REMINDING,
    Intent.MODIFY_REMINDER: _REMINDING,
}  # fmt: skip
"""The hints that each command may hold; of words that only surround a command, those in HARMLESS."""

_ANSWERING: Final = _ALWAYS | {Cue.YES, Cue.SOFT_YES}
ANSWERS: Final[Mapping[str, frozenset[Cue]]] = {
    "": _ANSWERING | MODES | {Cue.MARKER, Cue.BILL, Cue.PLAIN, Cue.VERB, Cue.GIVE, Cue.DAY},
    "customer": _ANSWERING | {Cue.MARKER, Cue.BILL},
    "choice": _ANSWERING | {Cue.MARKER, Cue.LAST, Cue.PHONE, Cue.BILL},
    "amount": _ANSWERING | MODES,
    "items": _ANSWERING | {Cue.BILL, Cue.GIVE, Cue.GOODS, Cue.MAKE},
    "confirmation": _ANSWERING | MODES | {Cue.BILL},
    "datetime": _ANSWERING | {Cue.DAY, Cue.REMIND, Cue.SEND, Cue.SET, Cue.SHOW, Cue.GIVE},
    "direction": _ANSWERING | {
        Cue.CREDIT, Cue.WRITE, Cue.RECEIVED, Cue.CAME, Cue.GAVE, Cue.GIVE, Cue.TOOK, Cue.ACCOUNT, Cue.ADD,
    },
    "product": _ANSWERING | {Cue.STOCK, Cue.GOODS, Cue.SHOW},
    "phone": _ANSWERING | {Cue.PHONE},
    "name": _ANSWERING,
}  # fmt: skip
"""The hints that an answer to each question may hold."""
