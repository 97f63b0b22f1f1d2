"""Who a request comes from."""

from __future__ import annotations

from dataclasses import dataclass

from domain.user import Actor, Language, Session, User


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, and the address that he asks from."""

    user: User
    session: Session
    address: str

    @property
    def csrf(self) -> str:
        """What each form and each htmx request of his pages must carry."""
        return self.session.csrf

    @property
    def language(self) -> Language:
        """What the pages speak to him."""
        return self.user.language

    @property
    def actor(self) -> Actor:
        """He, for the audit log."""
        return Actor(self.user.id, self.address)
