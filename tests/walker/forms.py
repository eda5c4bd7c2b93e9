"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

SENT_ALWAYS = {"text", "hidden", "email", "number", "date", "time", "datetime-local", "search", "url", "tel", ""}


@dataclass
class Form:
    """The fields of one form with the values it would send, and the choices of its selects."""

    method: str
    action: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag == "select" and name:
            self.select = name
            form.values.setdefault(name, [])
            form.choices.setdefault(name, [])
        elif tag == "option" and self.select:
            form.choices[self.select].append(given.get("value", ""))
            if "selected" in given:
                form.values[self.select].append(given.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            form.values[name] = [""]
        elif tag == "input" and name:
            self._input(form, name, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].values[self.textarea][0] += data

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "")
        if kind in SENT_ALWAYS or "checked" in given:
            form.values.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))
        elif kind in {"radio", "checkbox"}:
            form.values.setdefault(name, [])
            form.choices.setdefault(name, []).append(given.get("value", "on"))


def posting(html: str) -> list[Form]:
    """Return the forms of a page that are sent by POST, the one for signing out apart."""
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if form.method == "post" and "logout" not in form.action]
