"""Holds what the server sends against the published contract, `docs/asyncapi.yaml`."""

from __future__ import annotations

import functools
from typing import Any


class Contract:
    """Collects what did not fit; a test fails for it at its end."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    @classmethod
    @functools.cache
    def published(cls) -> Contract:
        return cls()

    def check_notification(self, message: dict[str, Any]) -> None: ...

    def check_answer(self, method: str | None, message: dict[str, Any]) -> None: ...
