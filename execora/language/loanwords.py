"""Devanagari words whose usual Latin spelling does not follow from their letters."""

import unicodedata
from typing import Final

_ENGLISH: Final = """
अकाउंट account|अप्रैल april|इनवॉइस invoice|इन्वॉइस invoice|इनवाइस invoice|ऐड add|एड add|ऑनलाइन online|ऑर्डर order|ओके ok|
ओटीपी otp|एटीएम atm|एसएमएस sms|कन्फर्म confirm|कंफर्म confirm|कैंसल cancel|कैंसिल cancel|कस्टमर customer|कार्ड card|केजी kg|कैश cash|
क्रिएट create|क्रेडिट credit|क्विंटल quintal|गूगल google|ग्राम gram|चेक check|चायपत्ती chaipatti|जीपे gpay|जीएसटी gst|टोटल total|
डिलीट delete|डिटेल detail|डेट date|ट्रांसफर transfer|नंबर number|नम्बर number|नोट note|पेटीएम paytm|पेमेंट payment|पेड paid|पैकेट packet|
पैक pack|पीस piece|प्लीज please|प्लीज़ please|फोन phone|फ़ोन phone|फोनपे phonepe|फ़ोनपे phonepe|बिल bill|बिस्किट biscuit|बिस्कुट biscuit|
बैंक bank|बैलेंस balance|बॉक्स box|बोतल bottle|ब्रेड bread|मैगी maggi|मैडम madam|मैसेज message|मिनट minute|मोबाइल mobile|मिल्क milk|
यस yes|यूपीआई upi|राइस rice|रिकॉर्ड record|रिकॉर्डिंग recording|रिपोर्ट report|रिमाइंडर reminder|रेट rate|लिस्ट list|लीटर litre|लिटर litre|
व्हाट्सएप whatsapp|व्हाट्सऐप whatsapp|वॉट्सऐप whatsapp|शुगर sugar|शैंपू shampoo|सर sir|सेल sale|सेल्स sales|स्कैन scan|स्टार्ट start|
स्टॉक stock|स्टॉप stop|हेलो hello|हैलो hello|एंड and|पेंडिंग pending|लास्ट last|कोलगेट colgate|सर्फ surf|चिप्स chips|पाउडर powder|
वन one|टू two|थ्री three|फोर four|फाइव five|सिक्स six|सेवन seven|एट eight|नाइन nine|टेन ten|ट्वेंटी twenty|थर्टी thirty|फोर्टी forty|
फिफ्टी fifty|सिक्सटी sixty|सेवेंटी seventy|एट्टी eighty|नाइंटी ninety|हंड्रेड hundred|थाउजेंड thousand|थाउज़ेंड thousand|डबल double|ट्रिपल triple|
ज़ीरो zero|जीरो zero|एएम am|पीएम pm|जनवरी january|फरवरी february|फ़रवरी february|मार्च march|मई may|जून june|जुलाई july|अगस्त august|
सितंबर september|सितम्बर september|अक्टूबर october|अक्तूबर october|नवंबर november|नवम्बर november|दिसंबर december|दिसम्बर december
"""
_HINDI: Final = """
में mein|मे me|मैं main|नहीं nahi|नही nahi|परसों parso|यह yeh|वह woh|वो wo|ये ye|ना na|पर par|दोपहर dopahar|जोड़ो jodo|जोड़ jod|जोड़ना jodna|
छोड़ो chhodo|छोड़ chhod|पड़ा pada|पड़े pade|पड़ी padi|बड़ा bada|बड़े bade|बड़ी badi|थोड़ा thoda|थोड़ी thodi|थोड़े thode|
चढ़ा chadha|चढ़ाओ chadhao|चढ़ाना chadhana|साढ़े saadhe|ढाई dhai|करोड़ karod|पढ़ो padho|पड़ोसी padosi|पकौड़ा pakoda|कपड़ा kapda|
सिंह singh|राव rao|दाल dal|हूँ hun|बहुत bahut|हिसाब hisaab|दोनों dono|रुपए rupaye|रुपये rupaye|रूपये rupaye|रुपया rupaya|रु rs
"""


def _table(*listings: str) -> dict[str, str]:
    pairs = "".join(listings).replace("\n", "|").split("|")
    return {
        unicodedata.normalize("NFC", devanagari): latin
        for devanagari, _, latin in (pair.partition(" ") for pair in pairs)
        if latin
    }


USUAL_SPELLING: Final = _table(_ENGLISH, _HINDI)
"""Devanagari word (NFC) to the Latin spelling people use."""
