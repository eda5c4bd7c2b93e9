"""No address, however it is written and wherever its name leads, makes the client connect inside."""

import time
from collections.abc import Iterator

import pytest

from apps.core.outbound.addresses import networks
from apps.core.outbound.client import Client, Limits
from apps.core.outbound.faults import Forbidden, OutboundFault, Unreachable
from apps.core.outbound.targets import Policy, check_url
from tests.core import hostile
from tests.core.outside import PUBLIC, Book, Spy, obliging_resolver, spying

EXPOSED = Policy()  # what an office has that sets nothing
WIDE_OPEN = Policy(ports=frozenset(range(65536)), plain_http=True)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    with spying(monkeypatch) as watching:
        yield watching


def silent_resolver(host: str, port: int) -> list[str]:
    time.sleep(3)
    return [PUBLIC]


def test_a_public_address_is_connected_to(spy: Spy) -> None:
    """The spy sees what is connected to, or the tests below could not fail."""
    for url in ("https://example.com/usage", "https://8.8.8.8/", "https://[2001:4860:4860::8888]/?a=b"):
        with pytest.raises(Unreachable, match="accepts no connection"):
            Client(policy=EXPOSED, resolver=obliging_resolver).get(url)
    assert spy.seen == [PUBLIC, "8.8.8.8", "2001:4860:4860::8888"]


def test_the_table_is_long() -> None:
    assert len(hostile.ALL) == len(set(hostile.ALL)) >= 130


@pytest.mark.parametrize("url", hostile.ALL, ids=lambda url: ascii(url)[:60])
def test_a_hostile_address_is_never_connected_to(url: str, spy: Spy) -> None:
    with pytest.raises(Forbidden) as refused:
        Client(policy=EXPOSED, resolver=obliging_resolver).post(url, body=b"{}", headers={})
    assert spy.seen == []
    assert refused.value.sentence.endswith((".", "…"))
    assert not refused.value.may_pass


@pytest.mark.parametrize("url", hostile.ALL, ids=lambda url: ascii(url)[:60])
def test_a_form_says_so_before(url: str) -> None:
    with pytest.raises(Forbidden):
        check_url(url, policy=EXPOSED)


@pytest.mark.parametrize(
    "url", [*hostile.LITERALS.split(), *hostile.METADATA.split(), *hostile.SIX.split(), *hostile.INVISIBLE]
)
def test_ports_and_plain_http_open_no_way_inside(url: str, spy: Spy) -> None:
    with pytest.raises(Forbidden):
        Client(policy=WIDE_OPEN, resolver=obliging_resolver).post(url, body=b"{}", headers={})
    assert spy.seen == []


@pytest.mark.parametrize("address", hostile.INNER_ADDRESSES)
def test_a_name_that_leads_inside_is_not_followed(address: str, spy: Spy) -> None:
    client = Client(policy=EXPOSED, resolver=Book(usage_example_com=[[address]]))
    with pytest.raises(Forbidden, match="may not be called"):
        client.get("https://usage.example.com/")
    assert spy.seen == []


@pytest.mark.parametrize("address", hostile.INNER_ADDRESSES)
@pytest.mark.parametrize("first", [True, False], ids=["good first", "bad first"])
def test_one_inner_address_among_public_ones_refuses_all(address: str, first: bool, spy: Spy) -> None:
    answer = [PUBLIC, "1.1.1.1", address] if first else [address, PUBLIC]
    with pytest.raises(Forbidden):
        Client(policy=EXPOSED, resolver=Book(usage_example_com=[answer])).get("https://usage.example.com/")
    assert spy.seen == []


@pytest.mark.parametrize("address", hostile.PUBLIC_ADDRESSES)
def test_a_name_that_leads_outside_is_followed(address: str, spy: Spy) -> None:
    with pytest.raises(Unreachable):
        Client(policy=EXPOSED, resolver=Book(usage_example_com=[[address]])).get("https://usage.example.com/")
    assert spy.seen == [address]


def test_a_name_that_changes_after_the_check_leads_nowhere_else(spy: Spy) -> None:
    """Public when asked, private a moment later: the connection goes to what was checked, and the next one nowhere."""
    book = Book(usage_example_com=[[PUBLIC], ["127.0.0.1"]])
    client = Client(policy=EXPOSED, resolver=book)
    with pytest.raises(Unreachable):
        client.get("https://usage.example.com/")
    assert (spy.seen, book.asked) == ([PUBLIC], ["usage.example.com"])  # asked once, not for the connection again
    with pytest.raises(Forbidden):
        client.get("https://usage.example.com/")
    assert spy.seen == [PUBLIC]


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "::ffff:10.0.0.1", "64:ff9b::1.1.1.1"]
)
def test_some_addresses_cannot_even_be_allowed(address: str, spy: Spy) -> None:
    everything = Policy(allowed=networks(("0.0.0.0/0", "::/0")), plain_http=True)
    for url in ("https://usage.example.com/", f"https://[{address}]/" if ":" in address else f"https://{address}/"):
        with pytest.raises(Forbidden):
            Client(policy=everything, resolver=Book(usage_example_com=[[address]])).get(url)
    assert spy.seen == []


def test_a_name_that_is_not_known_may_be_known_later(spy: Spy) -> None:
    with pytest.raises(Unreachable, match="not found") as fault:
        Client(policy=EXPOSED, resolver=Book()).get("https://usage.example.com/")
    assert fault.value.may_pass


@pytest.mark.parametrize("answer", [[], ["1.1.1.1"] * 33, ["not an address"]])
def test_a_resolver_that_answers_nonsense_is_not_believed(answer: list[str], spy: Spy) -> None:
    with pytest.raises(OutboundFault):
        Client(policy=EXPOSED, resolver=Book(usage_example_com=[answer])).get("https://usage.example.com/")
    assert spy.seen == []


def test_a_name_that_is_never_answered_costs_no_more_than_the_time_to_connect(spy: Spy) -> None:
    limits = Limits(connect_seconds=0.2)
    with pytest.raises(Unreachable, match="not found in time"):
        Client(policy=EXPOSED, resolver=silent_resolver, limits=limits).get("https://usage.example.com/")
    assert spy.seen == []
