"""The address of the office: open it, say it, and see whether the office answers there."""

import errno
import http.client
import socket

ANSWER_SECONDS = 0.3
BACKLOG = 512
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (an address to compare with)


class DoorError(Exception):
    """The office cannot listen there; the message says why and what to do."""


def open_door(host: str, port: int) -> socket.socket:
    """Return a listening socket. The runner keeps it, so that callers wait at the door while the web child restarts.

    Raises DoorError with a sentence.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as problem:
        listener.close()
        raise DoorError(_sentence(host, port, problem)) from problem
    return listener


def address(listener: socket.socket) -> str:
    """Return where the office is found from this machine."""
    host, port = listener.getsockname()[:2]
    host = ANY_ADDRESS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def answers(listener: socket.socket) -> bool:
    """Tell whether the web child answers, whatever it says."""
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection(ANY_ADDRESS.get(host, host), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/live")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _sentence(host: str, port: int, problem: Exception) -> str:
    code = problem.errno if isinstance(problem, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Another program listens on {host} port {port}. End it, or choose another port: --port {port + 1}"
    if code in (errno.EACCES, errno.EPERM):
        return f"This user may not listen on port {port}. Choose one above 1023: --port 8000"
    return f"The office cannot listen on {host} port {port}: {getattr(problem, 'strerror', None) or problem}."
