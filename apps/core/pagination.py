"""Pages of a list that stay right while rows arrive."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Newest first by immutable id; `limit` rows a page, 50 unless told, 200 at the most. No total is counted."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
