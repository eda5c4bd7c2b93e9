"""Keep the children running until somebody asks to stop."""

import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType

from billing_site.runner import door
from billing_site.runner.children import Child, Role

TICK_SECONDS = 0.1
STOP_SECONDS = 20.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Office:
    """The children behind one door."""

    def __init__(self, listener: socket.socket, roles: Sequence[Role]) -> None:
        """Note what to run; nothing starts yet."""
        self.listener = listener
        self.children = [Child(role, say) for role in roles]
        self.asked_to_stop = 0
        self._announced = False

    def run(self) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP; a second one ends the children at once."""
        for number in STOPPING:
            signal.signal(number, self._stop)
        try:
            while not self.asked_to_stop:
                self._keep_running()
                self._pass_lines_on()
                self._announce()
        finally:
            self._end_children()

    def _keep_running(self) -> None:
        for child in self.children:
            if child.ended():
                child.clear(again=True)
            if child.process is None and time.monotonic() >= child.start_at:
                child.start()

    def _pass_lines_on(self) -> None:
        with selectors.DefaultSelector() as selector:
            for child in self.children:
                descriptor = child.descriptor()
                if descriptor is not None:
                    selector.register(descriptor, selectors.EVENT_READ, child)
            ready = selector.select(TICK_SECONDS)
        closed = [key.data for key, _ in ready if not key.data.pass_lines_on()]
        if closed:
            time.sleep(TICK_SECONDS)  # a closed output is always readable, until its process is seen to have ended

    def _announce(self) -> None:
        if not self._announced and door.answers(self.listener):
            self._announced = True
            say(f"The office is open: {door.address(self.listener)}   (ctrl-C closes it)")

    def _end_children(self) -> None:
        running = [child for child in self.children if child.process is not None]
        for child in running:
            child.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while not all(child.ended() for child in running):
            if time.monotonic() > deadline or self.asked_to_stop > 1:
                break
            self._pass_lines_on()
        for child in running:
            child.clear(again=False)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1


def say(line: str) -> None:
    """Write one line of the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
