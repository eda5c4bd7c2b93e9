"""Every URL of the site, found through the resolver, with the names of what must be filled in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize


@dataclass(frozen=True)
class Door:
    """One URL pattern: its name with namespaces (its template where it has none), and its template."""

    name: str
    template: str
    params: tuple[str, ...]
    callback: Callable[..., Any]

    def path(self, values: Mapping[str, object]) -> str:
        """Return the path with the values filled in."""
        return self.template % values


def doors(urlconf: str | None = None) -> list[Door]:
    """Return every door of a URL configuration, the site's own unless another is named."""
    return list(_walk(get_resolver(urlconf).url_patterns, "/", ""))


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str, namespace: str) -> Iterator[Door]:
    for entry in patterns:
        # The first of the ways to write a pattern; a pattern with alternatives would have several.
        written, params = normalize(entry.pattern.regex.pattern)[0]
        template = before + written
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, template, inner)
        else:
            name = namespace + entry.name if entry.name else template
            yield Door(name, template, _params(template, params), entry.callback)


def _params(template: str, own: Iterable[str]) -> tuple[str, ...]:
    before = [part.split(")s")[0] for part in template.split("%(")[1:]]
    return tuple(dict.fromkeys([*before, *own]))
