"""Price forms of every model, as Hypothesis draws them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from apps.rating.numbers import plain

Form = dict[str, Any]

quantities = st.decimals(0, 10**6, places=4)
numbers = st.decimals(0, 1000, places=6).map(plain)
positive = st.sampled_from(["1", "2.5", "7", "100", "1000", "0.001"])
terms: st.SearchStrategy[Form] = st.fixed_dictionaries(
    {},
    optional={
        "included_units": numbers,
        "minimum_amount": st.integers(0, 50).map(str),
        "maximum_amount": st.integers(50, 10**6).map(str),
        "transform": st.fixed_dictionaries(
            {
                "divide_by": st.sampled_from(["3", "7", "60", "1000", "0.5"]),
                "round": st.sampled_from(["up", "down", "nearest", "none"]),
            }
        ),
    },
)

unit_tiers: st.SearchStrategy[Form] = st.fixed_dictionaries({"unit_amount": numbers}, optional={"flat_amount": numbers})
block_tiers: st.SearchStrategy[Form] = st.fixed_dictionaries(
    {"package_size": positive, "package_amount": numbers}, optional={"flat_amount": numbers}
)
stairs: st.SearchStrategy[Form] = st.fixed_dictionaries({"flat_amount": numbers})


@st.composite
def _tiered(draw: st.DrawFn, model: str, tiers: st.SearchStrategy[Form]) -> Form:
    bounds = sorted(draw(st.sets(st.decimals("0.5", 10**5, places=1), max_size=4)))
    ends = [plain(bound) for bound in bounds] + [None]
    return {"model": model, "tiers": [{"up_to": end, **draw(tiers)} for end in ends]}


per_unit: st.SearchStrategy[Form] = st.fixed_dictionaries({"model": st.just("per_unit"), "unit_amount": numbers})
graduated = _tiered("graduated", unit_tiers | block_tiers)
volume = _tiered("volume", unit_tiers | block_tiers)
stairstep = _tiered("stairstep", stairs)
package: st.SearchStrategy[Form] = st.fixed_dictionaries(
    {"model": st.just("package"), "package_size": positive, "package_amount": numbers}
)
percentage: st.SearchStrategy[Form] = st.fixed_dictionaries(
    {"model": st.just("percentage"), "rate_percent": numbers},
    optional={
        "fixed_amount": numbers,
        "free_transactions": st.integers(0, 4).map(str),
        "transaction_minimum": st.integers(0, 20).map(str),
        "transaction_maximum": st.integers(20, 1000).map(str),
    },
)

rising_forms = per_unit | graduated | package | percentage
dipping_forms = volume | stairstep
bare_forms = rising_forms | dipping_forms


def with_terms(bare: st.SearchStrategy[Form]) -> st.SearchStrategy[Form]:
    """Add the common members to forms."""
    return st.builds(lambda form, common: {**form, **common}, bare, terms)


forms = with_terms(bare_forms)
transactions = st.lists(st.decimals(0, 1000, places=2), max_size=8)
# Some of these take back what others brought.
corrected = st.lists(st.decimals(-200, 1000, places=2), max_size=8)


def summed(amounts: list[Decimal]) -> Decimal:
    """Give what a period measures that holds these transactions."""
    return sum(amounts, start=Decimal(0))
