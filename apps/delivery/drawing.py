"""The program that draws papers: a process of its own, which knows WeasyPrint and nothing of the office.

It is started by apps.delivery.renderer without the environment's secrets, reads one request per line from standard
input and answers on standard output, one after the other, until the input ends. It may use so much memory and
processor time, and no more: whatever a paper does to it, nobody else feels it.
"""

import base64
import json
import os
import resource
import sys
from typing import Any, BinaryIO

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

VARIANT = "pdf/ua-1"
GIVEN = "given:"
MOST_STYLES = 50


class FetchRefused(FatalURLFetchingError):  # type: ignore[misc]
    """A paper asked for something that was not given to it."""


class GivenAlone(URLFetcher):  # type: ignore[misc]
    """Answer with the pictures that came with the paper, `given:<name>`; fetch nothing, from nowhere."""

    def __init__(self, pictures: dict[str, bytes] | None = None) -> None:
        super().__init__()
        self.pictures = pictures or {}

    def fetch(self, url: str, headers: Any = None) -> Any:
        picture = self.pictures.get(url.removeprefix(GIVEN)) if url.startswith(GIVEN) else None
        if picture is None:
            raise FetchRefused(f"a paper asked for {url[:200]}")
        return URLFetcherResponse(url, picture)


class Drawer:
    """Draws one paper after the other with one font configuration: a fresh one each time costs a fifth more."""

    def __init__(self, *, seconds: int) -> None:
        self.seconds = seconds
        self.fonts = FontConfiguration()
        self.styles: dict[str, CSS] = {}

    def draw(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Draw a paper as a tagged PDF (PDF/UA); return what is to be said of it, and its bytes.

        The same request gives the same bytes on one machine. `missing` are the letters that no font has.
        """
        self._allow_time()
        pictures = {name: base64.b64decode(content) for name, content in request["pictures"].items()}
        document = HTML(string=request["markup"], url_fetcher=GivenAlone(pictures)).render(
            font_config=self.fonts, stylesheets=[self._style(request["style"])], pdf_variant=VARIANT
        )
        content: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=request["identifier"].encode())
        missing = sorted({chr(code) for font in document.fonts.values() for code in font.missing})
        return {"pages": len(document.pages), "missing": missing, "size": len(content)}, content

    def _style(self, text: str) -> CSS:
        if text not in self.styles:
            if len(self.styles) >= MOST_STYLES:
                self.styles.clear()
            self.styles[text] = CSS(string=text, url_fetcher=GivenAlone(), font_config=self.fonts)
        return self.styles[text]

    def _allow_time(self) -> None:
        """Let the next paper use its seconds of processor time, beside what those before it used."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + self.seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def limit_memory(mebibytes: int) -> None:
    """Let this process have so much memory, and leave no core behind where it wants more."""
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(requests: BinaryIO, answers: BinaryIO, drawer: Drawer) -> None:
    """Answer each request with a line of JSON, and the bytes that it announces."""
    for line in requests:
        try:
            said, content = drawer.draw(json.loads(line))
        except MemoryError:
            said, content = {"out_of_memory": True, "size": 0}, b""
        answers.write(json.dumps(said).encode() + b"\n")
        answers.write(content)
        answers.flush()
        if "out_of_memory" in said:
            return


def main() -> None:
    """Serve; whatever a library prints goes to the standard error instead of into an answer."""
    seconds, mebibytes = (int(text) for text in sys.argv[1:])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_memory(mebibytes)
    serve(sys.stdin.buffer, answers, Drawer(seconds=seconds))


if __name__ == "__main__":
    main()
