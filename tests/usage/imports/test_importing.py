"""A file is imported once, however often and in whichever form it comes again; nothing is lost, nothing twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.core.refusals import Refusal
from apps.rating.wallclock import local_date
from apps.tenancy.models import Organization
from apps.usage.imports import running
from apps.usage.imports.progress import Progress
from apps.usage.imports.running import Import
from apps.usage.models import Event
from tests import builders
from tests.builders import OCTOBER
from tests.usage.imports.conftest import HEADER, NOW, Run, stored, told

TWO = "Fabrikam,Coaching call,2026-09-10,1,\nContoso Ltd,Mail,2026-09-11,20,newsletter\n"
OTHER_ORDER = """note;amount;date;type;customer
;1;2026-09-10;Coaching call;Fabrikam
newsletter;20;2026-09-11;Mail;Contoso Ltd"""
THREE_EQUAL = "Fabrikam,Coaching call,2026-09-10,1,\n" * 3


def test_rows_are_recorded_for_whom_they_name(run: Run) -> None:
    work = run(HEADER + TWO)
    assert told(work) == (2, 0, 0)
    assert stored() == [("Fabrikam", "1", ""), ("Contoso Ltd", "20", "newsletter")]
    first = Event.objects.order_by("pk")[0]
    assert (first.source, first.actor) == ("import", "ops")
    assert first.occurred_at == datetime(2026, 9, 10, 12, tzinfo=UTC)
    assert not work.progress_path.exists() and not work.rejected_path.exists()


def test_the_same_file_again_adds_nothing(run: Run) -> None:
    run(HEADER + TWO)
    assert told(run(HEADER + TWO)) == (0, 2, 0)
    assert told(run(HEADER + TWO, name="copy.csv")) == (0, 2, 0)
    assert len(stored()) == 2


@pytest.mark.parametrize(
    "other",
    [
        HEADER + TWO.replace("Fabrikam", " fabriKAM ").replace("Contoso Ltd", "crm-contoso"),
        HEADER + TWO.replace("Coaching call", "coaching-use").replace("Mail", "mail-metric"),
        HEADER + TWO.replace(",1,", ",1.000,").replace("newsletter", " newsletter "),
        HEADER + TWO.replace("2026-09-10", "9/10/2026"),
        HEADER + "".join(reversed(TWO.splitlines(keepends=True))),
        OTHER_ORDER,
        TWO,
    ],
)
def test_the_same_rows_written_otherwise_are_the_same(run: Run, other: str) -> None:
    run(HEADER + TWO)
    assert told(run(other)) == (0, 2, 0)
    assert len(stored()) == 2


def test_a_row_of_today_is_the_same_tomorrow(run: Run) -> None:
    for own in ("", ",call-1"):
        text = f"customer,type,date,amount,note,key\nFabrikam,Coaching call,{NOW:%Y-%m-%d},1,{own}\n"
        assert told(run(text)) == (1, 0, 0)
        assert told(run(text, now=NOW + timedelta(days=1))) == (0, 1, 0)
    assert [event.occurred_at for event in Event.objects.all()] == [NOW, NOW]


def test_equal_rows_of_one_file_are_events_of_their_own(run: Run) -> None:
    assert told(run(HEADER + THREE_EQUAL)) == (3, 0, 0)
    assert told(run(HEADER + THREE_EQUAL)) == (0, 3, 0)
    assert told(run(HEADER + THREE_EQUAL * 2)) == (3, 3, 0)
    assert len(stored()) == 6


@pytest.mark.parametrize("piece", [1, 2, 4])
def test_equal_rows_are_counted_across_pieces(run: Run, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PIECE_ROWS", piece)
    assert told(run(HEADER + THREE_EQUAL)) == (3, 0, 0)
    assert told(run(HEADER + THREE_EQUAL)) == (0, 3, 0)


def test_rows_that_were_added_or_mended_are_all_that_is_new(run: Run) -> None:
    assert told(run(HEADER + TWO + "Fabrikm,Mail,2026-09-12,1,\n")) == (2, 0, 1)
    assert told(run(HEADER + TWO + "Fabrikam,Mail,2026-09-12,1,\nFabrikam,Mail,2026-09-13,1,\n")) == (2, 2, 0)
    assert len(stored()) == 4


def test_a_key_of_its_own_is_the_customers_and_kept_as_it_is(run: Run) -> None:
    header = "key,customer,type,date,amount\n"
    assert told(run(header + "call-1,Fabrikam,Mail,2026-09-10,1\ncall-2,Fabrikam,Mail,2026-09-10,1\n")) == (2, 0, 0)
    assert set(Event.objects.values_list("idempotency_key", flat=True)) == {"call-1", "call-2"}
    again = run(header + "call-1,Fabrikam,Mail,2026-09-10,1\ncall-2,Fabrikam,Mail,2026-09-10,2\n")
    assert told(again) == (0, 1, 1)
    assert again.shown == [(3, "This key was recorded before for something else. Write another key.")]


def test_a_row_is_still_known_when_the_subscription_does_not_take_it_any_more(run: Run, shop: Organization) -> None:
    run(HEADER + TWO)
    buyer = Event.objects.order_by("pk")[0].item.subscription
    builders.subscribed(buyer.customer, builders.Offer(buyer.plan), now=buyer.starts_at, again=True)
    again = run(HEADER + TWO + "Fabrikam,Coaching call,2026-09-10,5,\n")
    assert told(again) == (0, 2, 1)
    ((_, why),) = again.shown
    assert why.startswith("Fabrikam has several of this then. Write one of these as the type: itm_")
    item = why.split(": ")[1].split(",")[0]
    assert told(run(HEADER + f"Fabrikam,{item},2026-09-10,5,\n")) == (1, 0, 0)
    assert Event.objects.latest("pk").item.public_id == item


def test_late_rows_are_counted(run: Run, shop: Organization) -> None:
    builders.close(shop, OCTOBER)
    work = run(HEADER + TWO, now=OCTOBER + timedelta(days=1))
    assert (work.standing.recorded, work.standing.late) == (2, 2)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Fabrikm,Mail,2026-09-10,1,", "No customer of this name; did you mean Fabrikam?"),
        ("Nobody,Mail,2026-09-10,1,", "No customer of this name."),
        ("Fabrikam,Fax,2026-09-10,1,", "Fabrikam has no such usage type; it has Coaching call, Mail."),
        ("Fabrikam,Mail,2026-08-10,1,", "The subscription only begins on 2026-09-01 at 00:00."),
        ("Fabrikam,Mail,2026-09-21,1,", "This is in the future."),
        ("Fabrikam,Mail,2026-09-10,a lot,", "This must be a number such as 12 or 12.5"),
        ("Fabrikm,Mail,soon,a lot,", "This is not a date. Write it like 2026-11-20. This must be a number"),
        ("Fabrikm,Mail,soon,1,", "did you mean Fabrikam?"),
    ],
)
def test_what_cannot_be_recorded_is_rejected_in_words_and_the_rest_recorded(run: Run, row: str, reason: str) -> None:
    for dry_run in (True, False):
        work = run(HEADER + TWO + row + "\n", dry_run=dry_run)
        assert told(work) == (2, 0, 1)
        ((number, said),) = work.shown
        assert number == 4 and reason in said
        assert len(stored()) == (0 if dry_run else 2)


def test_rejected_rows_are_written_beside_and_are_imported_once_mended(run: Run) -> None:
    bad = 'Fabrikm,Mail,2026-09-12,1,"one, two"\n'
    work = run(HEADER + bad + TWO)
    written = work.rejected_path.read_bytes().decode("utf-8-sig")
    assert written == (
        "customer,type,date,amount,note,row,reason\r\n"
        'Fabrikm,Mail,2026-09-12,1,"one, two",2,No customer of this name; did you mean Fabrikam?\r\n'
    )
    mended = run(written.replace("Fabrikm", "Fabrikam"), name="mended.csv")
    assert told(mended) == (1, 0, 0)
    assert told(run(HEADER + bad.replace("Fabrikm", "Fabrikam") + TWO)) == (0, 3, 0)


def test_a_rejected_file_that_somebody_may_be_mending_is_kept(run: Run) -> None:
    bad = HEADER + "Fabrikm,Mail,2026-09-12,1,\n"
    work = run(bad)
    work.rejected_path.write_text("half mended")
    run(bad)
    run(bad)
    assert work.rejected_path.with_name("usage.csv.rejected.csv.old").read_text() == "half mended"
    assert "did you mean" in work.rejected_path.with_name("usage.csv.rejected.csv.old2").read_text()


def test_a_dry_run_stores_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    assert told(run(HEADER + THREE_EQUAL + "x\n", dry_run=True)) == (3, 0, 1)
    assert not Event.objects.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["usage.csv"]
    run(HEADER + THREE_EQUAL)
    assert told(run(HEADER + THREE_EQUAL, dry_run=True)) == (0, 3, 0)


class CutOff(Exception):
    """The process is gone."""


@pytest.fixture
def cut(shop: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """The import of five rows in pieces of two, cut off after the first piece."""
    monkeypatch.setattr(running, "PIECE_ROWS", 2)
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + "Fabrikm,Mail,2026-09-12,1,\n" + THREE_EQUAL + "Contoso Ltd,Mail,2026-09-12,7,\n")
    work = Import(organization=shop, path=path, actor="ops", clock=lambda: NOW)
    pieces = work.run()
    next(pieces)
    pieces.close()
    return work


def again(work: Import) -> Import:
    """Run the same command again."""
    rest = Import(organization=work.organization, path=work.path, actor="ops", clock=lambda: NOW)
    for _ in rest.run():
        pass
    return rest


def test_it_goes_on_where_it_was_cut_off(cut: Import) -> None:
    assert (told(cut), len(stored())) == ((1, 0, 1), 1)
    rest = again(cut)
    assert (told(rest), rest.standing.rows, rest.standing.interruptions) == ((4, 0, 1), 5, 1)
    assert [amount for _, amount, _ in stored()] == ["1", "1", "1", "7"]
    assert rest.rejected_path.read_text().count("\n") == 2
    assert not rest.progress_path.exists()


def test_a_piece_that_was_recorded_and_not_noted_adds_nothing(cut: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> int:
        raise CutOff

    work = Import(organization=cut.organization, path=cut.path, actor="ops", clock=lambda: NOW)
    with monkeypatch.context() as patch, pytest.raises(CutOff):
        patch.setattr(Progress, "note", gone)
        list(work.run())
    assert len(stored()) == 3  # the second piece is in the books, though nothing beside the file says so
    assert told(again(cut)) == (2, 2, 1)
    assert [amount for _, amount, _ in stored()] == ["1", "1", "1", "7"]


@pytest.mark.parametrize("spoil", ["lost", "garbage", "rejected lost"])
def test_lost_progress_costs_time_and_nothing_else(cut: Import, spoil: str) -> None:
    if spoil == "lost":
        cut.progress_path.unlink()
    elif spoil == "garbage":
        cut.progress_path.write_bytes(b"nonsense" * 1000)
    else:
        cut.rejected_path.unlink()
    rest = again(cut)
    assert rest.standing.recorded + rest.standing.before == 4
    assert rest.standing.rejected == 1
    assert [amount for _, amount, _ in stored()] == ["1", "1", "1", "7"]
    assert "did you mean" in rest.rejected_path.read_text()


def test_a_file_whose_done_part_was_changed_begins_anew_and_one_whose_rest_was_changed_does_not(cut: Import) -> None:
    text = cut.path.read_text()
    cut.path.write_text(text.replace("Contoso Ltd,Mail,2026-09-12,7", "Contoso Ltd,Mail,2026-09-12,8"))
    rest = again(cut)
    assert rest.standing.interruptions == 1
    assert [amount for _, amount, _ in stored()] == ["1", "1", "1", "8"]


def test_mending_a_row_that_was_done_begins_anew(cut: Import) -> None:
    cut.path.write_text(cut.path.read_text().replace("Fabrikm", "Fabrikam"))
    rest = again(cut)
    assert (rest.standing.interruptions, told(rest)) == (0, (4, 1, 0))
    assert len(stored()) == 5


def test_a_quotation_mark_that_is_not_closed_stops_there_and_goes_on_once_mended(
    shop: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PIECE_ROWS", 2)
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + TWO + 'Fabrikam,Mail,2026-09-12,1,"open\nFabrikam,Mail,2026-09-13,1,\n')
    work = Import(organization=shop, path=path, actor="ops", clock=lambda: NOW)
    with pytest.raises(Refusal, match="Row 4: a quotation mark"):
        list(work.run())
    assert len(stored()) == 2
    path.write_text(path.read_text().replace('"open', "open"))
    assert told(again(work)) == (4, 0, 0)


def test_two_at_once_are_refused(cut: Import) -> None:
    pieces = Import(organization=cut.organization, path=cut.path, actor="ops", clock=lambda: NOW).run()
    next(pieces)
    with pytest.raises(Refusal, match="Another process is importing this file"):
        again(cut)
    pieces.close()


def test_a_piece_asks_the_database_a_bounded_number_of_questions(
    run: Run, django_assert_max_num_queries: object
) -> None:
    text = HEADER + "".join(
        f"{name},Mail,{local_date(NOW, UTC) - timedelta(days=day)},1,{number}\n"  # type: ignore[arg-type]
        for number in range(40)
        for day in range(10)
        for name in ("Fabrikam", "contoso  ltd", "crm-fabrikam", "accounts@fabrikam.example", f"unknown {number}")
    )
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        work = run(text)
    assert told(work) == (1600, 0, 400)
