"""Words that carry no part of a command: what surrounds it, and how a person is addressed."""

from typing import Final

from execora.language.folding import word_set

FILLERS: Final = word_set(
    "ab abhi accha acchha acha achha achchha are arey arre bas bhi hello helo hi hey hmm hm jaldi just kindly kripaya "
    "kripya matlab mera mere mujhe na naa namaskar namaste oho ok okay please plis pliz pls plz suniye suno theek thik to "
    "toh uh uhh um umm well wo woh yaar yani yar zara jara execora"
)
"""Softeners, hesitation and calls for attention: dropped without lowering confidence.

A word that can fill or shape a slot (aur, wala, nahi) is not among them. `accha`, `ok`, `theek`, `hmm` and `na` are, so read an
answer to a question before dropping them. `to` is the Hindi तो: read the English "to Rahul" before dropping it as well.
"""

HONORIFICS: Final = word_set(
    "ji jee bhai bhaijaan bhaiya bhaiyya bhaia bhayya sahab saheb sahib saab sahb seth sethji madam maam mam sir didi dada "
    "dadi chacha chachi kaka kaki uncle aunty auntie aunti babu babuji mr mrs ms miss shri shree shrimati smt"
)
"""Forms of address around a name. They are not part of it: "Rahul bhai" and "Rahul ji" are Rahul.

Some are names as well (Seth, Babu, Kaka): drop one only when another word of the name is left.
"""
