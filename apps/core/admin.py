"""The admin's base classes and widgets: with apps.backoffice.theme and templates/unfold all that knows the theme.

Everything else of the office builds on these names, so another theme, or none, is a change of this file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.widgets import Input
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AuthenticationForm
from unfold.paginator import InfinitePaginator
from unfold.sites import UnfoldAdminSite
from unfold.views import ChangeList
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES, UnfoldAdminSelectWidget

# Pages of a list that may be too long to count. The theme's templates know it by its own name, so it has no subclass.
UncountedPages = InfinitePaginator


class Site(UnfoldAdminSite):
    """The admin site."""


class SignInForm(AuthenticationForm):
    """The form people sign in with."""


class PagedAdmin(ModelAdmin):
    """A list and a page for each row. Nothing is deleted, exported or changed in bulk unless a page says so.

    `nothing_yet` is what the list says while it is empty, and `first_step` where to begin where that is another page:
    what is said, and its name in the admin.
    """

    nothing_yet: str = ""
    first_step: tuple[str, str] | None = None
    actions: Sequence[str] | None = None
    view_on_site = False
    list_per_page = 50
    list_max_show_all = 200
    warn_unsaved_form = True
    compressed_fields = True
    list_filter_submit = False


class RowList(ChangeList):
    """The list of a page, for pages that lead elsewhere than to a row's details."""


class RowsInline(TabularInline):
    """Rows that belong to a page, as a table on it."""

    extra = 0
    show_change_link = False
    hide_title = True


Column = Callable[..., str]


def badge(description: str, colours: Mapping[str, str]) -> Callable[[Column], Column]:
    """Decorate a list column that shows a status; `colours` says success, info, warning or danger for each."""
    decorate: Callable[[Column], Column] = display(description=description, label=dict(colours))
    return decorate


def themed(form: forms.BaseForm, *names: str) -> None:
    """Dress a plain form's fields in the theme's classes; of a model's form those by name that it declares itself."""
    for field in [form.fields[name] for name in names or form.fields]:
        classes = next((classes for kind, classes in _CLASSES if isinstance(field.widget, kind)), ())
        field.widget.attrs["class"] = " ".join(classes)
        if type(field.widget) is forms.Select:
            field.widget.template_name = UnfoldAdminSelectWidget.template_name


_CLASSES: tuple[tuple[type[forms.Widget], Any], ...] = (
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.CheckboxSelectMultiple, ()),
    (forms.Select, SELECT_CLASSES),
    (forms.HiddenInput, ()),
    (Input, INPUT_CLASSES),
)
