"""Hand one message to the mail server and say how that ended.

RFC 5321: a 4yz answer refuses for now, a 5yz answer for good, and both mean that nothing was delivered. Silence after
DATA was begun means neither: the server may have taken the message and only its answer was lost.
"""

import smtplib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from apps.delivery.models import Attempt
from apps.delivery.operations import Result

PLAIN_SMTP = "django.core.mail.backends.smtp.EmailBackend"
WATCHED_SMTP = "apps.delivery.smtp_mail.EmailBackend"
PERMANENT = range(500, 600)


def post(mail: EmailMessage) -> Result:
    """Send a message to its one recipient over the configured backend."""
    named = settings.EMAIL_BACKEND
    backend: Any = get_connection(WATCHED_SMTP if named == PLAIN_SMTP else named)
    try:
        backend.open()
    except (smtplib.SMTPException, OSError) as problem:
        # Nothing was said about this message yet: a wrong password or a closed port is for the operator to mend.
        return Result(Attempt.Outcome.REFUSED, f"No connection: {_words(problem)}")
    try:
        backend.send_messages([mail])
    except (smtplib.SMTPException, OSError) as problem:
        return judge(problem, data_began=getattr(backend, "data_began", True))
    finally:
        with suppress(smtplib.SMTPException, OSError):  # the answer to the message stands, whatever the farewell
            backend.close()
    return Result(Attempt.Outcome.SENT)


def judge(problem: Exception, *, data_began: bool) -> Result:
    """Tell what a failure after connecting means for the message."""
    code, said = _answer(problem)
    if code is not None:
        outcome = Attempt.Outcome.REJECTED if code in PERMANENT else Attempt.Outcome.REFUSED
        return Result(outcome, f"{code} {said}")
    return Result(Attempt.Outcome.UNKNOWN if data_began else Attempt.Outcome.REFUSED, _words(problem))


def _answer(problem: Exception) -> tuple[int | None, str]:
    """Return the server's code and sentence, if it was the server that refused."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(problem.recipients.values()))
        return code, _text(said)
    if isinstance(problem, smtplib.SMTPResponseException) and problem.smtp_code > 0:
        return problem.smtp_code, _text(problem.smtp_error)
    return None, ""


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)}"
    return f"{type(problem).__name__}: {problem}"


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return text.replace("\x00", "")
