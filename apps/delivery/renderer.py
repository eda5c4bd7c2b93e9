"""The long-lived child process that draws papers, kept, watched and replaced.

A paper that kills it, takes too long or wants too much memory is given back alone, with the reason; the next paper is
drawn by a fresh child.
"""

import atexit
import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PROGRAM = Path(__file__).with_name("drawing.py")
MOST_DOCUMENTS = 200
PATIENCE = 2  # a paper may wait for the processor as long again as it uses it
CLOSING_SECONDS = 5
LONGEST_STORY = 300
# What the child may know of this process's environment: where programs and fonts are, and no secret.
ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "XDG_CACHE_HOME",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)


class Undrawable(Exception):
    """A paper cannot be drawn as it is; the sentence says why, for a person."""


@dataclass(frozen=True)
class Request:
    """What is drawn: a page's markup, its style, the pictures it may show as `given:<name>`, and the file's id."""

    markup: str
    style: str
    identifier: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def line(self) -> bytes:
        """Write it as one line of JSON."""
        pictures = {name: base64.b64encode(content).decode() for name, content in self.pictures.items()}
        told = {"markup": self.markup, "style": self.style, "identifier": self.identifier, "pictures": pictures}
        return json.dumps(told).encode() + b"\n"


@dataclass(frozen=True)
class Drawn:
    """A PDF and its number of pages."""

    content: bytes
    pages: int


class Renderer:
    """One child at a time, started when it is first needed and used by one thread after the other."""

    def __init__(self, *, seconds: int, mebibytes: int, most_documents: int = MOST_DOCUMENTS) -> None:
        self.seconds, self.mebibytes, self.most_documents = seconds, mebibytes, most_documents
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def draw(self, request: Request) -> Drawn:
        """Draw a paper; raise Undrawable saying why it cannot be."""
        with self._turn:
            child = self._ready()
            try:
                drawn = child.ask(request, self.seconds, self.mebibytes)
            except Undrawable:
                self._replace()
                raise
            if child.documents >= self.most_documents:
                self._replace()
            return drawn

    def close(self) -> None:
        """End the child, if there is one."""
        with self._turn:
            self._replace()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._child.process.pid if self._child else None

    def _ready(self) -> "_Child":
        """Return a child that lives: not one that somebody ended meanwhile, nor the one of the process forked from."""
        if self._child is not None and self._child.owner != os.getpid():
            self._child = None
        if self._child is not None and self._child.process.poll() is not None:
            self._replace()
        if self._child is None:
            self._child = _Child.start(self.seconds, self.mebibytes)
            atexit.register(self._child.end)
        return self._child

    def _replace(self) -> None:
        if self._child is not None and self._child.owner == os.getpid():
            self._child.end()
            atexit.unregister(self._child.end)
        self._child = None


@dataclass
class _Child:
    """A running drawing.py, whose child it is, what it says to nobody, and how many papers it drew."""

    process: subprocess.Popen[bytes]
    owner: int
    story: IO[bytes]
    documents: int = 0

    @classmethod
    def start(cls, seconds: int, mebibytes: int) -> "_Child":
        story = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        known = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM), str(seconds), str(mebibytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=story,
            cwd="/",
            env=known,
            start_new_session=True,  # Ctrl-C at a terminal is for the worker, which ends it in order
        )
        return cls(process, os.getpid(), story)

    def ask(self, request: Request, seconds: int, mebibytes: int) -> Drawn:
        """Hand a paper over and wait for its PDF, at most so long; raise Undrawable where none comes.

        The child counts its processor time; the clock here is for one that waits for something that never comes.
        """
        late = threading.Event()
        watch = threading.Timer(seconds * PATIENCE, self._kill, [late])
        watch.start()
        try:
            said, content = self._exchange(request.line())
        finally:
            watch.cancel()
        if late.is_set():
            raise Undrawable(f"Drawing the PDF took longer than {seconds * PATIENCE} seconds, and was stopped.")
        if said is None:
            raise Undrawable(self._how_it_ended(seconds))
        if said.get("out_of_memory"):
            raise Undrawable(f"Drawing the PDF wants more than {mebibytes} MB of memory, and was stopped.")
        self.documents += 1
        if said["missing"]:
            raise Undrawable(_unprintable(said["missing"]))
        return Drawn(content, said["pages"])

    def _exchange(self, line: bytes) -> tuple[dict[str, Any] | None, bytes]:
        """Write a request and read its answer; None where the child ended before it was whole."""
        assert self.process.stdin is not None and self.process.stdout is not None, "both are pipes"
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except BrokenPipeError:
            return None, b""
        head = self.process.stdout.readline()
        if not head.endswith(b"\n"):
            return None, b""
        said: dict[str, Any] = json.loads(head)
        content = self.process.stdout.read(said["size"])
        return (said, content) if len(content) == said["size"] else (None, b"")

    def _kill(self, late: threading.Event) -> None:
        late.set()
        self.process.kill()

    def _how_it_ended(self, seconds: int) -> str:
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            return f"Drawing the PDF took more than {seconds} seconds of processor time, and was stopped."
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        story = self._last_words()
        return f"The program that draws PDFs stopped over this one ({how}){f': {story}' if story else '.'}"

    def _last_words(self) -> str:
        """Return the last line that the child wrote to its standard error."""
        self.story.seek(0)
        lines = self.story.read().decode(errors="replace").replace("\x00", "").split("\n")
        return next((line.strip()[:LONGEST_STORY] for line in reversed(lines) if line.strip()), "")

    def end(self) -> None:
        """Let the child go, by force where it does not follow."""
        assert self.process.stdin is not None and self.process.stdout is not None, "both are pipes"
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.story.close()


def _unprintable(letters: list[str]) -> str:
    """Say which letters no font has, and what helps."""
    named = ", ".join(f"“{letter}” (U+{ord(letter):04X})" for letter in letters[:10])
    more = f" and {len(letters) - 10} more" if len(letters) > 10 else ""
    return (
        f"No font of this machine can print {named}{more}. Install a font that can (on Debian, fonts-noto-core has "
        "many scripts), restart the workers and retry. What a document says never changes: where no font will do, void "
        "the invoice and bill it anew."
    )
