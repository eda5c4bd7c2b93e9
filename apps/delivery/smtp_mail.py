"""Django's SMTP backend, which also knows whether a message's text was on its way when the connection broke."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class Watched(smtplib.SMTP):
    """Remember that DATA was begun: from there on, silence doesn't mean that nothing was delivered."""

    data_began = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.data_began = True
        return super().data(msg)


class WatchedSsl(Watched, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class EmailBackend(smtp.EmailBackend):
    """Send by SMTP; `data_began` holds for the messages sent over the open connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return WatchedSsl if self.use_ssl else Watched

    @property
    def data_began(self) -> bool:
        """Whether any message's text was begun on the open connection."""
        return isinstance(self.connection, Watched) and self.connection.data_began
