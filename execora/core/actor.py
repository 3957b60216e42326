"""Who acts: built once at the edge from the database, never from a token's claims, a body, speech or a model's answer."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from execora.core.clock import local_day
from execora.core.permissions import ROLE_PERMISSIONS, SYSTEM_PERMISSIONS, Permission, Role

if TYPE_CHECKING:
    from execora.core.models import Business


class Channel(StrEnum):
    REST = "rest"
    VOICE = "voice"
    WHATSAPP = "whatsapp"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting person, or the system (`role` None), in one business at one moment."""

    business: "Business"
    user_id: uuid.UUID | None
    role: Role | None
    customer_id: uuid.UUID | None
    channel: Channel
    correlation_id: str
    now: datetime

    @property
    def business_id(self) -> uuid.UUID:
        return self.business.pk

    @property
    def today(self) -> date:
        """The shop's calendar day."""
        return local_day(self.now, self.business.time_zone)

    def may(self, permission: Permission) -> bool:
        granted = SYSTEM_PERMISSIONS if self.role is None else ROLE_PERMISSIONS[self.role]
        return permission in granted

    @property
    def is_customer(self) -> bool:
        return self.role == Role.CUSTOMER


def system_actor(business: "Business", *, correlation_id: str, now: datetime) -> Actor:
    """Return the system acting in `business`, as jobs do."""
    return Actor(business, None, None, None, Channel.SYSTEM, correlation_id, now)
