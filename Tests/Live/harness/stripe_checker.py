"""What the official SDK says a request to Stripe may hold, as a judge of ours.

PyPI `stripe` carries each route of the API and a TypedDict of its parameters, of the version that it pins. This reads both and
holds a method, a path and a form against them: no unknown route, no unknown or missing parameter, no value of another kind.
"""

from __future__ import annotations

import ast
import functools
import importlib
import json
import re
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import stripe
import typing_extensions
from stripe._request_options import RequestOptions

_OPTIONS = set(RequestOptions.__annotations__)
# Named in annotations of those, and not imported where they are inherited.
_ELSEWHERE = {"StripeContext": Any, "Mapping": Mapping}


@dataclass(frozen=True)
class Route:
    """One operation of the API."""

    method: str
    pattern: re.Pattern[str]
    path: str
    parameters: str | None


def _routes() -> list[Route]:
    found = []
    for source in sorted(Path(stripe.__file__).parent.rglob("_*_service.py")):
        for function in ast.walk(ast.parse(source.read_text())):
            if isinstance(function, ast.FunctionDef):
                found += _operations(function)
    return found


def _operations(function: ast.FunctionDef) -> list[Route]:
    """What a method of a service sends, and the name of its parameters' type."""
    noted = [argument.annotation for argument in function.args.args if argument.arg == "params" and argument.annotation]
    names = [node.value for note in noted for node in ast.walk(note) if isinstance(node, ast.Constant) and node.value]
    routes = []
    for call in ast.walk(function):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "_request"):
            continue
        texts = [node.value for argument in call.args for node in ast.walk(argument)
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        if len(texts) >= 2 and texts[1].startswith("/v1/"):
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", texts[1]) + "$")
            routes.append(Route(texts[0].upper(), pattern, texts[1], names[0] if names else None))
    return routes


def _nested(form: str) -> dict[str, Any]:
    """`a[b][]=1` as `{"a": {"b": ["1"]}}`."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form)):
        keys = [name.split("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place.setdefault("", []).append(value) if keys[-1] == "" else place.update({keys[-1]: value})
    return tree


class StripeChecker:
    """Holds requests against the SDK."""

    def __init__(self) -> None:
        self.routes = _routes()
        assert len(self.routes) > 300, "the SDK is built in another way than this reads it"

    def problems(self, method: str, path: str, form: str) -> list[str]:
        """What Stripe would find wrong with a request; nothing, where all is well."""
        fits = [route for route in self.routes if route.method == method and route.pattern.match(path)]
        # `/v1/accounts/{a}` and a fixed path of the same length: the one with fewer names is meant.
        fits.sort(key=lambda route: route.path.count("{"))
        if not fits:
            return [f"{method} {path}: no such route"]
        values = _nested(form)
        if fits[0].parameters is None:
            return [f"{method} {path}: takes no parameter, has {sorted(values)}"] if values else []
        return [f"{method} {path}: {problem}" for problem in self._dictionary(values, self._type(fits[0].parameters), "")]

    @staticmethod
    @functools.cache
    def _type(name: str) -> Any:
        module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        return getattr(importlib.import_module(f"stripe.params._{module}"), name)

    @staticmethod
    @functools.cache
    def _hints(kind: Any) -> dict[str, Any]:
        hints = typing_extensions.get_type_hints(kind, localns=_ELSEWHERE)
        return {name: hint for name, hint in hints.items() if name not in _OPTIONS}

    def _dictionary(self, values: Any, kind: Any, where: str) -> list[str]:
        if not isinstance(values, dict):
            return [f"{where}: not a group of parameters"]
        hints = self._hints(kind)
        found = [f"{where}{name}: unknown" for name in values if name not in hints]
        found += [f"{where}{name}: missing" for name in kind.__required_keys__ if name in hints and name not in values]
        for name, value in values.items():
            if name in hints and not self._fits(value, hints[name], f"{where}{name}."):
                found += self._dictionary(value, hints[name], f"{where}{name}.") if self._is_group(hints[name]) else [
                    f"{where}{name}: {value!r} is not {hints[name]}"]
        return found

    @staticmethod
    def _is_group(kind: Any) -> bool:
        return hasattr(kind, "__required_keys__")

    def _fits(self, value: Any, kind: Any, where: str) -> bool:
        origin, arguments = typing_extensions.get_origin(kind), typing_extensions.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            words = [word for one in arguments if typing_extensions.get_origin(one) is typing_extensions.Literal
                     for word in typing_extensions.get_args(one)]
            # `Literal['a', 'b'] | str` is how the SDK leaves an enum open; `Literal[''] | str` is a text that may be unset.
            closed = any(words) and str in arguments
            return any(self._fits(value, one, where) for one in arguments if not (closed and one is str))
        if origin is typing_extensions.Literal:
            return value in [str(word) for word in arguments]
        if origin is list:
            # `a[]=x`, or with its number as the SDK writes it: `a[0]=x`.
            if not isinstance(value, dict) or not (set(value) == {""} or all(key.isdigit() for key in value)):
                return False
            items = value[""] if "" in value else value.values()
            return all(self._fits(item, arguments[0], where) for item in items)
        if origin is dict or getattr(origin, "__name__", "") == "UntypedStripeObject":
            return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        if self._is_group(kind):
            return not self._dictionary(value, kind, where)
        if not isinstance(value, str):
            return False
        if kind is bool:
            return value in ("true", "false")
        if kind is int:
            return re.fullmatch(r"-?\d{1,18}", value) is not None
        return kind is str


class RequestLog:
    """What stand-ins for Stripe wrote into a folder, a file for each process (`RequestLog.swift`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.judged = 0
        self._read: dict[Path, int] = {}
        self._good: set[tuple[str, str, str]] = set()

    @functools.cached_property
    def _checker(self) -> StripeChecker:
        return StripeChecker()

    def problems(self, but_refused: bool = False) -> list[str]:
        """What is wrong with the requests since the last call.

        `but_refused` leaves out those that the stand-in refused as wrong (400 to 404), for tests that send such on purpose.
        """
        found = []
        for path in sorted(self.folder.glob("*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                lines = file.read()
            # A line that is just being written is read next time.
            whole = lines[: lines.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.splitlines():
                entry = json.loads(line)
                if but_refused and 400 <= entry["status"] <= 404:
                    continue
                found += self._judge(entry["request"])
        return found

    def _judge(self, request: dict[str, Any]) -> list[str]:
        self.judged += 1
        one = (request["method"], request["path"], request["form"])
        if one in self._good:
            return []
        wrong = self._checker.problems(*one)
        if not wrong:
            self._good.add(one)
        return wrong


def main() -> int:
    """Judges a folder of requests: `stripe_checker.py FOLDER [AT_LEAST]`."""
    log = RequestLog(Path(sys.argv[1]))
    wrong = log.problems()
    least = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if log.judged < least:
        wrong.append(f"{log.judged} requests were recorded, at least {least} are expected")
    print("\n".join([*dict.fromkeys(wrong), f"{log.judged} requests to Stripe, {len(wrong)} problems"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
