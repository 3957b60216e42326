"""Finding a person by what was typed or heard: name, nickname, landmark, code or phone, misspelt or in either script."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q
from django.db.models.expressions import RawSQL
from rapidfuzz import fuzz

from customers.models import Customer
from customers.sound import sound_key
from execora.core.actor import Actor
from execora.language.devanagari import in_latin

FOUND_AT_MOST = 10
CONSIDERED = 60
LEAST_SCORE = 0.5
_SOUNDING = "SELECT customer_id FROM customers_sounding(%s, %s::uuid, %s)"


@dataclass(frozen=True, slots=True)
class Found:
    """A customer and how well they match, 0 to 1."""

    customer: Customer
    score: float


def search_customers(actor: Actor, text: str, *, limit: int = FOUND_AT_MOST) -> list[Found]:
    """Return the best matches among the customers that the actor may see, best first."""
    rows = Customer.objects.visible_to(actor).select_related("account")  # whoever shows a match shows its balance
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 4 and len(digits) >= len(text.strip()) - 5:
        numbered = rows.filter(Q(phone_e164__contains=digits[-10:]) | Q(code=text.strip().lower()))[:limit]
        return [Found(customer, 1.0) for customer in numbered]
    exact = rows.filter(code=text.strip().lower()).first()
    if exact is not None:
        return [Found(exact, 1.0)]
    key = sound_key(in_latin(text))
    if not key:
        return []
    own = actor.customer_id if actor.is_customer else None
    near = (
        rows.filter(pk__in=RawSQL(_SOUNDING, [key, own, CONSIDERED]))  # noqa: S611  # a constant, with parameters
        .annotate(nearness=TrigramWordSimilarity(key, "sound_keys"))
        .order_by("-nearness", "-last_active_at", "id")
    )
    scored = [Found(customer, round(_score(key, customer.sound_keys), 3)) for customer in near]
    ranked = sorted(scored, key=lambda found: -found.score)
    return [found for found in ranked if found.score >= LEAST_SCORE][:limit]


def _score(key: str, sound_keys: str) -> float:
    """How well every spoken word is heard in the customer's words."""
    known = sound_keys.split()
    best = [max((fuzz.ratio(word, other) for other in known), default=0.0) for word in key.split()]
    return sum(best) / len(best) / 100
