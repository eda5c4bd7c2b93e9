"""Files that are written while they are sent: however long a table is, a piece of it is in memory at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from apps.core import spreadsheets
from apps.core.spreadsheets import Cell
from apps.tenancy import scope
from apps.tenancy.models import Organization

AT_ONCE = 500


def table(
    *, organization: Organization, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], mark: bool = False
) -> StreamingHttpResponse:
    """Answer with a table of an organization's rows as a CSV file; the name gets its ending here.

    The rows are read while they are sent, in the organization's scope. `mark` is for spreadsheets, which without it
    take UTF-8 for something else.
    """
    pieces = _pieces(organization, head, rows, mark=mark)
    response = StreamingHttpResponse(pieces, content_type=spreadsheets.MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _pieces(
    organization: Organization, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, mark: bool
) -> Iterator[bytes]:
    yield b"".join(spreadsheets.written([head], mark=mark))
    left = iter(rows)
    while True:
        with scope.fresh(), scope.of(organization):  # the request's own has ended by now
            piece = list(islice(left, AT_ONCE))
        if not piece:
            return
        yield b"".join(spreadsheets.written(piece, mark=False))
