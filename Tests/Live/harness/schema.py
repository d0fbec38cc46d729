"""Holds what the server sends against the published contract, `docs/asyncapi.yaml`."""

from __future__ import annotations

import functools
import json
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .server import ROOT

_ADDRESS = "urn:consult:asyncapi"


class Contract:
    """Collects what did not fit; a test fails for it at its end."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.violations: list[str] = []
        self.checked = 0
        self._messages: dict[str, Any] = document["components"]["messages"]
        self._registry = Registry().with_resource(_ADDRESS, Resource.from_contents(document, DRAFT202012))
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    @functools.cache
    def published(cls) -> Contract:
        """That of this repository."""
        return cls(yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text()))

    def check_notification(self, message: dict[str, Any]) -> None:
        """A message of the server's own."""
        self._check(f"server.{message['method']}", message)

    def check_answer(self, method: str | None, message: dict[str, Any]) -> None:
        """A result or an error; `method` is what was asked, where it is known."""
        if "error" in message:
            self._check("error", message)
        elif method is not None:
            # Whatever may also be a request has an empty result unless one is published.
            self._check(f"client.{method}.result", message, otherwise="client.ping.result")

    def _check(self, name: str, message: dict[str, Any], otherwise: str | None = None) -> None:
        self.checked += 1
        if name not in self._messages and otherwise:
            name = otherwise
        if name not in self._messages:
            self.violations.append(f"{name} is not in the contract: {json.dumps(message)[:300]}")
            return
        if name not in self._validators:
            pointer = name.replace("~", "~0").replace("/", "~1")
            self._validators[name] = Draft202012Validator(
                {"$ref": f"{_ADDRESS}#/components/messages/{pointer}/payload"}, registry=self._registry)
        error = best_match(self._validators[name].iter_errors(message))
        if error is not None:
            self.violations.append(f"{name}: {error.json_path}: {error.message}: {json.dumps(message)[:300]}")
