"""Every setting that is read is explained in .env.example, and nothing is explained that is not read."""

import ast
import re

from billing_site import settings as frame
from tests.architecture.sources import ROOT, Source, source, sources

# Set by the processes themselves, never by a person.
OUR_OWN = {"DJANGO_SETTINGS_MODULE"}


def names_read(file: Source) -> set[str]:
    """Return the environment variables that a module reads, by django-environ or by os.environ."""
    found = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            key: ast.expr | None = node.slice
        elif isinstance(node, ast.Call) and re.match(
            r"(env(\.\w+)?|os\.(environ\.\w+|getenv))\Z", ast.unparse(node.func)
        ):
            key = node.args[0] if node.args else None
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isupper():
            found.add(key.value)
    return found


def documented() -> list[str]:
    """Return the variables of .env.example, set or commented out."""
    return re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_what_is_read_is_explained() -> None:
    files = [*sources("apps", "billing_site"), source((ROOT / "manage.py").read_text(), "manage")]
    read = set().union(*map(names_read, files)) - OUR_OWN
    assert read
    assert sorted(documented()) == sorted(read)


def test_each_variable_has_a_sentence() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    bare = [
        line
        for place, line in enumerate(lines)
        if re.match(r"#?\s?[A-Z][A-Z0-9_]*=", line) and not re.match(r"# [A-Z].*[.:)]\Z", lines[place - 1])
    ]
    assert bare == []


def test_every_way_of_reading_is_seen() -> None:
    text = "env.str('ONE')\nenv('TWO')\nos.environ['THREE']\nos.environ.get('FOUR')\nos.getenv('FIVE')\nenv.db('SIX')"
    assert names_read(source(text)) == {"ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"}


def test_passwords_are_kept_by_argon2() -> None:
    assert frame.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
