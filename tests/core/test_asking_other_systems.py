"""The outbound client against real servers on this machine, allowed by the list of private networks."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.core.outbound.addresses import networks
from apps.core.outbound.client import Answer, Client, Limits, client
from apps.core.outbound.faults import BadAnswer, Forbidden, OutboundFault, TooSlow, Unreachable
from apps.core.outbound.targets import Policy, check_url
from tests.core import certificates
from tests.core.outside import PUBLIC, Book, Server, Spy, serving, speaking, spying

QUICK = Limits(total_seconds=0.6, connect_seconds=0.4, header_bytes=8 * 1024, body_bytes=4 * 1024)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    with spying(monkeypatch) as watching:
        yield watching


def allowing(port: int, **details: Any) -> Client:
    """A client that may call this machine at one port."""
    details.setdefault("limits", QUICK)
    details.setdefault("resolver", Book(usage_internal=[["127.0.0.1"]]))
    return Client(policy=Policy(allowed=networks(["127.0.0.0/8"]), ports=frozenset({port})), **details)


def ask(port: int, path: str = "/", **details: Any) -> Answer:
    return allowing(port, **details).post(f"http://127.0.0.1:{port}{path}", body=b"{}", headers={})


def test_it_posts_and_brings_the_answer_back(server: Server) -> None:
    server.answer = lambda body: (201, {"X-Seen": "yes"}, b"got " + body)
    answer = allowing(server.port).post(
        f"http://usage.internal:{server.port}/usage?of=may", body=b'{"a": 1}', headers={"Content-Type": "text/json"}
    )
    assert (answer.status, answer.headers["x-seen"], answer.body) == (201, "yes", b'got {"a": 1}')
    ((path, headers, body),) = server.requests
    assert (path, body) == ("/usage?of=may", b'{"a": 1}')
    assert headers["Host"] == f"usage.internal:{server.port}"
    assert (headers["Content-Type"], headers["Accept-Encoding"]) == ("text/json", "identity")


def test_the_settings_say_what_may_be_called(server: Server, settings: Any) -> None:
    url = f"http://127.0.0.1:{server.port}/"
    with pytest.raises(Forbidden):
        client().get(url)
    settings.OUTBOUND_ALLOWED_PORTS = [server.port]
    with pytest.raises(Forbidden, match="may not be called: it is this machine itself, and no network"):
        client().get(url)
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    check_url(url)
    assert client().get(url).status == 200
    with pytest.raises(Forbidden):
        client().get(f"http://127.0.0.2:{server.port}/")


def test_a_public_name_needs_tls_though_private_networks_are_allowed(server: Server, spy: Spy) -> None:
    calling = allowing(server.port, resolver=Book(usage_example_com=[[PUBLIC]]))
    with pytest.raises(Forbidden, match="Use https"):
        calling.get(f"http://usage.example.com:{server.port}/")
    assert spy.seen == []


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server, spy: Spy) -> None:
    server.answer = lambda body: (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b"")
    answer = ask(server.port)
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")
    assert spy.seen == ["127.0.0.1"]
    assert len(server.requests) == 1


def test_proxies_of_the_environment_are_not_asked(server: Server, spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.66:3128")
        monkeypatch.setenv(name.lower(), "http://127.0.0.66:3128")
    assert ask(server.port).status == 200
    assert spy.seen == ["127.0.0.1"]


def test_a_body_that_is_too_large_is_not_read_to_its_end(server: Server) -> None:
    server.answer = lambda body: (200, {}, b"x" * (QUICK.body_bytes + 1))
    with pytest.raises(BadAnswer, match="too large: at most 4096 bytes"):
        ask(server.port)
    server.answer = lambda body: (200, {}, b"x" * QUICK.body_bytes)
    assert len(ask(server.port).body) == QUICK.body_bytes


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([OK + b"\r\n", b"x" * 1024], id="body without end"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 200], id="chunks of one byte"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 900 + b"\r\nx\r\n"], id="fat chunks"),
        pytest.param([OK, b"X-More: " + b"y" * 500 + b"\r\n"], id="headers without end"),
        pytest.param([OK + b"X-Long: ", b"z" * 1024], id="one header without end"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n"], id="never more than continue"),
    ],
)
def test_what_has_no_end_is_ended(pieces: list[bytes]) -> None:
    begun = time.monotonic()
    with speaking(*pieces, endless=True) as port, pytest.raises(BadAnswer):
        ask(port, limits=Limits(total_seconds=10, header_bytes=8 * 1024, body_bytes=4 * 1024))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b""], id="silence"),
        pytest.param([b"H"], id="status drop by drop"),
        pytest.param([OK, b"X: y\r\n"], id="headers drop by drop"),
        pytest.param([OK + b"\r\n", b"x"], id="body drop by drop"),
    ],
)
def test_a_slow_drip_ends_with_the_deadline(pieces: list[bytes]) -> None:
    begun = time.monotonic()
    with (
        speaking(*pieces, pause_seconds=0.05, endless=True) as port,
        pytest.raises((TooSlow, BadAnswer)) as fault,
    ):
        ask(port)
    assert 0.05 < time.monotonic() - begun < 2
    assert fault.value.may_pass


def test_a_body_that_nobody_takes_ends_with_the_deadline() -> None:
    with speaking(b"", pause_seconds=0.1, endless=True) as port, pytest.raises(TooSlow, match=r"within 0\.6 seconds"):
        allowing(port).post(f"http://127.0.0.1:{port}/", body=b"x" * 50_000_000, headers={})


def test_a_host_that_does_not_accept_in_time(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The addresses share the time to connect, so that a deaf first one leaves some to the second."""
    tried: list[tuple[str, float | None]] = []

    def deaf(connecting: Any, address: Any) -> None:
        tried.append((address[0], connecting.gettimeout()))
        time.sleep(connecting.gettimeout())
        raise TimeoutError("timed out")

    book = Book(usage_internal=[["127.0.0.1", "127.0.0.2"]])
    with monkeypatch.context() as patched, pytest.raises(Unreachable, match="accepts no connection"):
        patched.setattr("socket.socket.connect", deaf)
        allowing(server.port, resolver=book).get(f"http://usage.internal:{server.port}/")
    assert [address for address, _ in tried] == ["127.0.0.1", "127.0.0.2"]
    assert sum(seconds or 99 for _, seconds in tried) <= QUICK.connect_seconds + 0.05


def test_the_second_address_is_tried_where_the_first_refuses(server: Server, spy: Spy) -> None:
    book = Book(usage_internal=[["127.0.0.9", "127.0.0.1"]])
    assert allowing(server.port, resolver=book).get(f"http://usage.internal:{server.port}/").status == 200
    assert spy.seen == ["127.0.0.9", "127.0.0.1"]


def test_a_closed_port_may_open_later() -> None:
    with speaking(b"") as port:
        pass
    with pytest.raises(Unreachable, match="accepts no connection") as fault:
        ask(port)
    assert fault.value.may_pass


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        OK + b"Content-Length: 9\r\n\r\nab",
    ],
)
def test_what_is_no_answer_in_http_is_said_so(said: bytes) -> None:
    with speaking(said) as port, pytest.raises((BadAnswer, Unreachable)) as fault:
        ask(port)
    assert fault.value.may_pass
    assert "SSH" not in fault.value.sentence


def test_nobody_upgrades_to_what_was_not_asked_for() -> None:
    said = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with speaking(said) as port, pytest.raises(BadAnswer):
        ask(port)


def test_tls_keeps_the_name_while_the_checked_address_is_connected_to(tmp_path: Path, spy: Spy) -> None:
    """The certificate is for the name; the address comes from the resolver."""
    authority = certificates.authority(tmp_path, "usage.internal")
    with serving(certificates.secured(Server(), authority)) as server:
        book = Book(usage_internal=[["127.0.0.1"]], other_internal=[["127.0.0.1"]])
        trusting = allowing(server.port, resolver=book, tls=authority.trusted)
        assert trusting.get(f"https://usage.internal:{server.port}/").status == 200
        assert spy.seen == ["127.0.0.1"]
        with pytest.raises(Unreachable, match="The certificate is not valid: Hostname mismatch"):
            trusting.get(f"https://other.internal:{server.port}/")
        with pytest.raises(Unreachable, match="The certificate is not valid"):
            trusting.get(f"https://127.0.0.1:{server.port}/")
        strangers = allowing(server.port, resolver=book)
        with pytest.raises(Unreachable, match="The certificate is not valid") as fault:
            strangers.get(f"https://usage.internal:{server.port}/")
        assert fault.value.may_pass
    assert len(server.requests) == 1


def test_tls_to_a_server_that_speaks_none(server: Server) -> None:
    with pytest.raises(Unreachable, match="No secure connection could be made"):
        allowing(server.port).get(f"https://127.0.0.1:{server.port}/")


def test_tls_that_is_never_agreed_on_ends_in_time() -> None:
    begun = time.monotonic()
    with speaking(b"", pause_seconds=0.05, endless=True) as port, pytest.raises(TooSlow, match="secure connection"):
        allowing(port).get(f"https://127.0.0.1:{port}/")
    assert time.monotonic() - begun < 2


def test_every_fault_is_one_of_the_family() -> None:
    for fault in (Forbidden, Unreachable, TooSlow, BadAnswer):
        assert issubclass(fault, OutboundFault)
    assert [fault.may_pass for fault in (Forbidden, Unreachable, TooSlow, BadAnswer)] == [False, True, True, True]


def test_an_answer_does_not_show_its_body() -> None:
    assert "secret" not in repr(Answer(status=200, headers={}, body=b"secret"))
