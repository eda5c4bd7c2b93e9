"""What may be said where: transactions in operations, scopes opened at few doors, no floats with money."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.architecture.sources import (
    ROOT,
    Finder,
    Source,
    named,
    outside,
    rooms,
    saying,
    source,
    sources,
    unused,
)

MOST_LINES = 400
MOST_FUNCTION_LINES = 70

# Operations own transactions and locks; each of these writes one purpose, and is listed by name.
WRITERS = [
    "apps.tenancy.operations",
    "apps.accounts.operations",
    "apps.catalog.operations.*",
    "apps.subscriptions.operations.*",
    "apps.usage.operations.*",
    "apps.outbox.operations",
    "apps.outbox.queries",
    "apps.invoicing.closing",
    "apps.invoicing.customers",
    "apps.invoicing.finalizing",
    "apps.invoicing.collecting",
    "apps.invoicing.drafts",
    "apps.invoicing.rebilling",
    "apps.invoicing.issuing",
    "apps.invoicing.tax_rates",
    "apps.invoicing.lifecycle.*",
    "apps.invoicing.runs.*",
    "apps.delivery.operations",
]
LOCKERS = [*WRITERS, "apps.invoicing.boundaries", "apps.invoicing.documents", "apps.invoicing.settling"]
# Who works across organizations: signing in, following a link, and the machinery that takes them one after the other.
ACROSS = [
    "apps.tenancy.operations",
    "apps.tenancy.queries",
    "apps.accounts.queries",
    "apps.delivery.links",
    "apps.outbox.operations",
    "apps.outbox.queries",
]
# Who writes SQL, which no manager scopes: each statement names ids that were read in scope, or the organization.
SQL = [
    "apps.core.bulk",
    "apps.usage.operations.*",
    "apps.usage.access",
    "apps.usage.counted",
    "apps.usage.measuring",
    "apps.invoicing.ledger",
    "apps.invoicing.numbering",
    "apps.invoicing.runs.writing",
]
BY_NAME = ["apps.outbox.wiring"]  # names the frame's table, since no room may import the frame
# Machinery that keeps going whatever one piece of work does; it logs and stores the fault.
CATCH_ALL = ["apps.outbox.work", "apps.invoicing.closing", "apps.invoicing.runs.chunks", "billing_site.embedded.*"]
MONEY = {"rating", "catalog", "subscriptions", "usage", "invoicing", "payments", "dialects"}


def catches_everything(node: ast.AST) -> bool:
    """Know `except:`, `except Exception` and `except BaseException`."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds)


def calling(*names: str) -> Finder:
    """Know every call of these names."""
    mentioned = named(*names)
    return lambda node: isinstance(node, ast.Call) and mentioned(node.func)


def is_float(node: ast.AST) -> bool:
    """Know a float literal, and the name float."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    return isinstance(node, ast.Name) and node.id == "float"


def names_model_by_text(node: ast.AST) -> bool:
    """Know a relation whose model is given as text, the user model's setting apart."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in {"ForeignKey", "OneToOneField", "ManyToManyField", "GenericForeignKey"}:
        return False
    targets = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "to")]
    return called == "GenericForeignKey" or any(isinstance(target, ast.Constant) for target in targets)


atomic = named("atomic", "on_commit", "set_autocommit")
locks = named("select_for_update")
across = named("everywhere", "EVERYWHERE")
catch_all: Finder = catches_everything
sql = calling("cursor", "raw", "RawSQL", "extra", "_raw_delete")
past_managers = named("_base_manager", "_default_manager")
by_name = named("get_model", "import_string", "import_module", "__import__", "get_containing_app_config")
session_state = saying("pg_advisory_lock", "pg_try_advisory_lock", "LISTEN ", "SET SESSION", "WITH HOLD", "PREPARE ")

house = sources("apps", "billing_site")


@pytest.mark.parametrize(
    ("finder", "allowed"),
    [
        pytest.param(atomic, WRITERS, id="transactions only in operations"),
        pytest.param(locks, LOCKERS, id="locks only in operations"),
        pytest.param(across, [*ACROSS, "apps.tenancy.scope"], id="scopes opened at few doors"),
        pytest.param(sql, SQL, id="SQL in few places"),
        pytest.param(past_managers, [], id="nothing reads past the scoped manager"),
        pytest.param(by_name, BY_NAME, id="nothing is imported by its name"),
        pytest.param(catch_all, CATCH_ALL, id="faults are caught by name"),
        pytest.param(names_model_by_text, [], id="keys name their model, not a text"),
        pytest.param(session_state, [], id="no session state in PostgreSQL"),
    ],
)
def test_it_is_said_only_where_it_may_be(finder: Finder, allowed: list[str]) -> None:
    rooms_alone = [file for file in house if finder is not sql or file.room != "billing_site"]
    assert outside(rooms_alone, finder, allowed) == []


@pytest.mark.parametrize(
    ("finder", "allowed"),
    [(across, ACROSS), (sql, SQL), (by_name, BY_NAME), (catch_all, CATCH_ALL[:2])],
    ids=["across", "sql", "by name", "catch all"],
)
def test_no_permission_outlives_its_use(finder: Finder, allowed: list[str]) -> None:
    assert unused(house, finder, allowed) == []


def test_no_float_comes_near_money() -> None:
    assert outside([file for file in house if file.room in MONEY], is_float, []) == []


def test_no_markup_passes_unescaped() -> None:
    unescaped = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")
    templates = [*ROOT.glob("templates/**/*.*"), *ROOT.glob("apps/*/templates/**/*.*")]
    assert templates or not settings.TEMPLATES[0]["DIRS"] or not (ROOT / "templates").exists()
    assert [str(path.relative_to(ROOT)) for path in templates if unescaped.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("finder", "text"),
    [
        (atomic, "@transaction.atomic\ndef f(): ..."),
        (atomic, "with atomic(): ..."),
        (locks, "Row.objects.select_for_update()"),
        (across, "with scope.everywhere(): ..."),
        (sql, "connection.cursor()"),
        (sql, "Row.objects.raw('SELECT 1')"),
        (past_managers, "Row._base_manager.all()"),
        (by_name, "apps.get_model('catalog', 'Plan')"),
        (catch_all, "try: ...\nexcept Exception: ..."),
        (catch_all, "try: ...\nexcept (ValueError, BaseException): ..."),
        (catch_all, "try: ...\nexcept: ..."),
        (names_model_by_text, "models.ForeignKey('catalog.Plan', models.PROTECT)"),
        (names_model_by_text, "OneToOneField(to='self')"),
        (names_model_by_text, "GenericForeignKey()"),
        (session_state, "cursor.execute('SELECT pg_advisory_lock(1)')"),
        (session_state, "cursor.execute('LISTEN jobs')"),
        (is_float, "price = 0.1"),
        (is_float, "price = float(text)"),
        (is_float, "def f(price: float): ..."),
    ],
)
def test_the_finder_sees_what_it_is_for(finder: Finder, text: str) -> None:
    assert outside([source(text)], finder, ["apps.example.models", "apps.example.operations.*"])
    assert not outside([source(text)], finder, ["apps.example.operations"])


def too_long(files: tuple[Source, ...]) -> Iterator[str]:
    """Name the modules and functions that outgrew their limit."""
    for file in files:
        if file.text.count("\n") > MOST_LINES:
            yield file.module
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= MOST_FUNCTION_LINES:
                    yield f"{file.module}.{node.name}"


def test_modules_and_functions_are_short() -> None:
    assert list(too_long(sources("apps", "benchmarks", "billing_site", "tests"))) == []
    assert list(too_long((source("\n" * (MOST_LINES + 1)),))) == ["apps.example.operations"]
    assert list(too_long((source("def f():\n" + "    a = 1\n" * MOST_FUNCTION_LINES),))) == [
        "apps.example.operations.f"
    ]


@pytest.mark.parametrize("room", sorted(path.parent.name for path in ROOT.glob("apps/*/__init__.py")))
def test_a_room_says_what_it_owns_and_does_not_own(room: str) -> None:
    told = ast.get_docstring(ast.parse((ROOT / "apps" / room / "__init__.py").read_text())) or ""
    assert "Owns:" in told and "Does not own:" in told
    assert len(told.splitlines()) <= 8
    assert any(room in layer for layer in rooms())


def test_every_module_says_what_it_is_for() -> None:
    silent = [file.module for file in house if file.text.strip() and not ast.get_docstring(file.tree)]
    assert [module for module in silent if not module.endswith(".apps")] == []


def test_no_vague_names() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "info", "common", "misc"}
    assert [file.module for file in house if file.module.rsplit(".", 1)[-1] in vague] == []


def test_requests_are_not_transactions_and_sessions_keep_nothing_in_the_database() -> None:
    database = settings.DATABASES["default"]
    assert database["ATOMIC_REQUESTS"] is False
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in database.get("OPTIONS", {})
