"""What two people did together, put straight into the database: for tests about what is kept of it."""

from __future__ import annotations

import secrets
import time
import uuid

from .people import Person, Town


def new_id() -> str:
    """A UUIDv7."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


async def past_session(
    town: Town, customer: Person, consultant: Person, question: str = "A question", comment: str = "Thanks"
) -> str:
    """A question, its session, which was paid for, and its rating; the session's id."""
    asked, session = new_id(), new_id()
    await town.place.query(f"""
        INSERT INTO questions (id, customer_id, title, body, state, closed_at)
            VALUES ('{asked}', '{customer.id}', '{question}', '{question} in full', 'accepted', now());
        INSERT INTO sessions (id, question_id, customer_id, consultant_id, room, state, rate_amount, rate_currency,
                threshold_seconds, media_seconds, started_at, ended_at, end_reason)
            VALUES ('{session}', '{asked}', '{customer.id}', '{consultant.id}', '{session}', 'completed', 12000, 'eur', 600, 1200,
                now() - interval '1 hour', now() - interval '40 minutes', 'left');
        INSERT INTO payments (id, session_id, window_number, state, currency, amount, captured_amount, fee_amount,
                idempotency_key, captured_at)
            VALUES ('{new_id()}', '{session}', 1, 'captured', 'eur', 2000, 2000, 300, '{session}-1', now());
        INSERT INTO ratings (session_id, customer_id, consultant_id, stars, comment)
            VALUES ('{session}', '{customer.id}', '{consultant.id}', 4, '{comment}');
        """)
    return session
