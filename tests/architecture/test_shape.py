"""The shape of the house: who reads the environment, how long a file is, which way keys point, what a route declares."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from execora.core.permissions import Permission

ROOT = Path(settings.BASE_DIR)
ROOMS = ("execora", "customers", "ledger", "billing", "reminders", "voice", "webhooks")
MOST_LINES = 400
MOST_FUNCTION_LINES = 60  # about 50, with its signature and docstring
# Foreign keys, like imports, point to the same room or to one before it; voice and webhooks do not know each other.
ORDER = {"core": 0, "customers": 1, "ledger": 2, "billing": 3, "reminders": 4, "voice": 5, "webhooks": 5}


def sources(*folders: str) -> list[Path]:
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in files if "__pycache__" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Who else touches os.environ, and why. Settings for a deployment come from execora/settings.py alone.
READS_ENVIRONMENT = {
    "execora/settings.py": "the only reader of settings",
    "execora/asgi.py": "names the settings module for Django",
    "execora/ops/pull_secrets.py": "runs before the settings: it makes the environment that they read",
    "execora/ops/cluster.py": "passes a clean environment on to the embedded database's programs",
    "execora/ops/management/commands/demo.py": "supervises: it makes the environment of the programs it starts",
}


def _touches_environment(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            if {alias.name for alias in node.names} & {"environ", "getenv", "environb"}:
                return True
    return False


def test_only_the_settings_read_the_environment() -> None:
    readers = {named(path) for path in sources(*ROOMS) if _touches_environment(ast.parse(path.read_text()))}
    assert readers == READS_ENVIRONMENT.keys()


def test_no_file_is_two_things() -> None:
    long = {named(path): len(path.read_text().splitlines()) for path in sources(*ROOMS, "tests", "scripts", "bench")}
    assert {name: lines for name, lines in long.items() if lines >= MOST_LINES} == {}
    assert len(long) > 150


def test_no_function_is_two_things() -> None:
    faults = []
    for path in sources(*ROOMS):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    faults.append(f"{named(path)}:{node.name} has {lines} lines")
    assert faults == []


def test_foreign_keys_point_down() -> None:
    seen, faults = 0, []
    for label, place in ORDER.items():
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.fields:
                target = field.related_model
                if not field.is_relation or not isinstance(target, type):
                    continue
                seen += 1
                to = target._meta.app_label
                if to != label and ORDER[to] >= place:
                    faults.append(f"{model._meta.label}.{field.name} -> {to}")
    assert faults == []
    assert seen > 30


def test_every_model_of_the_project_is_in_a_known_app() -> None:
    ours = {
        config.label
        for config in apps.get_app_configs()
        if any(Path(config.path).is_relative_to(ROOT / room) for room in ROOMS)
    }
    ours = {label for label in ours if any(apps.get_app_config(label).get_models())}
    assert ours <= ORDER.keys()


# Views that are no viewset of ours, each public for a reason.
PUBLIC = {
    "health": "operators and load balancers ask without a login",
    "livez": "the same",
    "metrics": "closed by METRICS_TOKEN where that is set",
    ".well-known/security.txt": "whoever finds a weakness has no login",
    "admin": "goes on to admin/, which asks for a session",
    "api/schema": "the routes are no secret",
    "api/docs": "the page of the schema",
    "media/recordings/<path:name>": "the signed link is the right, for 300 s",
    "api/v1/webhook/whatsapp": "Meta proves itself by its signature",
    "": "the page that asks for the login",
}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if address.startswith(("admin/", "static/")):
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def test_every_route_is_public_by_declaration_or_names_a_permission_for_each_action() -> None:
    faults, undeclared = [], set()
    for address, pattern in routes(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        actions = getattr(pattern.callback, "actions", None)
        if view is None or not actions:
            undeclared.add(address)
        elif view.is_public:
            assert address in ("api/v1/auth/login", "api/v1/auth/refresh")
        elif [permission.__name__ for permission in view.permission_classes] == ["Authenticated"]:
            assert address in ("api/v1/me",)
        else:
            assert [permission.__name__ for permission in view.permission_classes] == ["DeclaredPermission"], address
            faults += [
                f"{address} {action}"
                for action in actions.values()
                if not isinstance(view.permissions.get(action), Permission)
            ]
    assert faults == []
    assert undeclared <= PUBLIC.keys()
