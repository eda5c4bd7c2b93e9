"""Real SMTP servers on loopback, each with its own way to answer."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Accepting:
    """Take everything, and keep it."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.data_seen = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.data_seen += 1
        return await self.answer(server, envelope)

    async def answer(self, server: SMTP, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 taken"


class Answering(Accepting):
    """Give one fixed answer to a command; DATA stands for the answer after the whole message."""

    def __init__(self, command: str, answer: str) -> None:
        super().__init__()
        self.command, self.said = command, answer

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.command == "MAIL":
            return self.said
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.command == "RCPT":
            return self.said
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def answer(self, server: SMTP, envelope: Envelope) -> str:
        return self.said if self.command == "DATA" else await super().answer(server, envelope)


class Dropping(Answering):
    """Cut the connection where an answer is due."""

    def __init__(self, command: str) -> None:
        super().__init__(command, "")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.command == "MAIL":
            self.cut(server)
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def answer(self, server: SMTP, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.cut(server)
        return "250 said to nobody"

    def cut(self, server: SMTP) -> None:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()


class Silent(Accepting):
    """Take the whole message, and say nothing for longer than anybody waits."""

    async def answer(self, server: SMTP, envelope: Envelope) -> str:
        self.taken.append(envelope)
        await asyncio.sleep(1)
        return "250 too late"


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(handler: Accepting) -> Iterator[int]:
    """Run a server in a thread of its own; yield its port."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
