"""Find the customers that texts name: by their own key, id, name or e-mail address, in a few queries for many."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Lower

from apps.accounts.models import Customer

MOST_KEPT = 50_000
MOST_HINTED = 20  # unknown names of one call that get a "did you mean"
MOST_COMPARED = 1_000  # names that such a one is compared with
MOST_NAMED = 5
COLUMNS = ("pk", "public_id", "name", "external_id")


class Buyer(NamedTuple):
    """A customer, as far as rows need to know."""

    id: int
    public_id: str
    name: str
    external_id: str | None

    @property
    def told_apart(self) -> str:
        """Its name with an id that nobody shares."""
        return f"{self.name} ({self.external_id or self.public_id})"


@dataclass(frozen=True)
class Found:
    """The customers that a text may mean, and where there is none, a name that looks like it."""

    buyers: tuple[Buyer, ...]
    hint: str = ""

    @property
    def fault(self) -> str:
        """Why the text does not name one customer, in words."""
        if not self.buyers:
            return f"No customer of this name; did you mean {self.hint}?" if self.hint else "No customer of this name."
        named = " or ".join(buyer.told_apart for buyer in self.buyers[:MOST_NAMED])
        return f"This could be {named}. Write the id instead of the name."


@dataclass
class Customers:
    """The customers that were looked up, by the text that named them; so many are kept at the most."""

    kept: dict[str, Found] = field(default_factory=dict)

    def find(self, texts: Collection[str]) -> dict[str, Found]:
        """Return what each text means."""
        known = {text: self.kept[text] for text in texts if text in self.kept}
        fresh = _find([text for text in texts if text not in known]) if len(known) < len(texts) else {}
        if len(self.kept) + len(fresh) > MOST_KEPT:
            self.kept.clear()
        self.kept.update(fresh)
        return {**known, **fresh}


def folded(text: str) -> str:
    """Return a name as it is compared: whatever its case and spacing."""
    return " ".join(text.split()).casefold()


def _find(texts: Collection[str]) -> dict[str, Found]:
    meant: dict[str, dict[int, Buyer]] = {text: {} for text in texts}
    exact = Customer.objects.filter(Q(external_id__in=texts) | Q(public_id__in=texts) | Q(name__in=texts))
    for buyer in map(Buyer._make, exact.values_list(*COLUMNS)):
        for text in (buyer.external_id, buyer.public_id, buyer.name):
            if text is not None and text in meant:
                meant[text][buyer.id] = buyer
    addresses = [text for text in meant if "@" in text]
    if addresses:
        _by_address(addresses, meant)
    rest = [text for text, buyers in meant.items() if not buyers]
    hints = _by_name(rest, meant) if rest else {}
    return {text: Found(tuple(buyers.values()), hints.get(text, "")) for text, buyers in meant.items()}


def _by_address(texts: Collection[str], meant: Mapping[str, dict[int, Buyer]]) -> None:
    spelt = _grouped(texts, str.lower)
    rows = Customer.objects.annotate(address=Lower("email")).filter(address__in=spelt)
    for address, *columns in rows.values_list("address", *COLUMNS):
        buyer = Buyer._make(columns)
        for text in spelt.get(address, ()):
            meant[text][buyer.id] = buyer


def _by_name(texts: Collection[str], meant: Mapping[str, dict[int, Buyer]]) -> dict[str, str]:
    """Go through all names once, for those written in another case or spacing; return what looks like the others."""
    spelt = _grouped(texts, folded)
    alike: dict[str, dict[str, str]] = {name[:1]: {} for name in list(spelt)[:MOST_HINTED]}
    for buyer in map(Buyer._make, Customer.objects.values_list(*COLUMNS).order_by("pk")):
        name = folded(buyer.name)
        for text in spelt.get(name, ()):
            meant[text][buyer.id] = buyer
        near = alike.get(name[:1])
        if near is not None and len(near) < MOST_COMPARED:
            near[name] = buyer.name
    hints = {}
    for name in list(spelt)[:MOST_HINTED]:
        near = alike[name[:1]]
        for closest in get_close_matches(name, near, n=1):
            hints.update(dict.fromkeys(spelt[name], near[closest]))
    return hints


def _grouped(texts: Iterable[str], spell: Callable[[str], str]) -> dict[str, list[str]]:
    spelt: dict[str, list[str]] = {}
    for text in texts:
        spelt.setdefault(spell(text), []).append(text)
    return spelt
