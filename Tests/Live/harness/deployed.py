"""What `deploy/` names, against what a server exposes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from .server import ROOT

DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\b(?:consult|process)_[a-z_]+\b")
RULE = {"alert", "expr", "for", "labels", "annotations"}


def expressions() -> dict[str, str]:
    """Every query of the dashboard and of the alert rules, by where it stands."""
    found: dict[str, str] = {}
    dashboard: dict[str, Any] = json.loads((DEPLOY / "grafana/consultant-connect.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            found[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found[f"variable {variable['name']}"] = variable["query"]["query"]
    for group in alerts()["groups"]:
        for rule in group["rules"]:
            assert set(rule) <= RULE and rule["labels"]["severity"] in ("page", "ticket"), rule
            found[f"alert {rule['alert']}"] = rule["expr"]
    return found


def alerts() -> Any:
    return yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())


def files() -> list[Path]:
    return [path for path in DEPLOY.rglob("*") if path.is_file()]


def unbalanced(expression: str) -> bool:
    return any(expression.count(pair[0]) != expression.count(pair[1]) for pair in ("()", "{}", "[]"))


def unknown(expression: str, exposed: set[str]) -> list[str]:
    """Names and label values of a query that no metric has; `exposed` are samples with their labels."""
    names = {sample.split("{")[0] for sample in exposed}
    bad = [name for name in NAME.findall(expression) if name not in names]
    for name, selector in re.findall(r"\b((?:consult|process)_[a-z_]+)\{([^}]*)\}", expression):
        for label, value in re.findall(r'([a-z_]+)="([^"$]+)"', selector):
            if label not in ("job", "instance", "status") and not any(
                    sample.startswith(name + "{") and f'{label}="{value}"' in sample for sample in exposed):
                bad.append(f'{name}{{{label}="{value}"}}')
    for label in {label.strip() for labels in re.findall(r"by \(([^)]*)\)", expression) for label in labels.split(",")}:
        if label not in ("job", "instance") and not any(f'{label}="' in sample for sample in exposed):
            bad.append(f"by ({label})")
    return bad
