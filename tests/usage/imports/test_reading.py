"""Files as spreadsheets and people write them: encodings, delimiters, headers, quotes; and what is no table at all."""

import codecs
import io

import pytest

from apps.core.refusals import Refusal
from apps.usage.imports.texts import MOST_RECORD_LENGTH, Lines, encoding_of
from tests.usage.imports.reading import read, row

PLAIN = "customer,type,date,amount,note\nFabrikam,Coaching call,2026-09-10,1.5,by phone\n"


def said(row: object) -> tuple[str, ...]:
    return tuple(
        str(getattr(row, name) or "") for name in ("number", "customer", "type", "when", "amount", "note", "key")
    )


def test_a_plain_file() -> None:
    layout, rows = read(PLAIN)
    assert layout.has_header and layout.said == ()
    assert [said(row) for row in rows] == [
        ("2", "Fabrikam", "Coaching call", "2026-09-10", "1.5", "by phone", ""),
    ]
    assert rows[0].faults == []


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", ";").encode(),
        b"\n\n" + PLAIN.encode() + b"\n , \n",
        PLAIN.rstrip("\n").encode(),
        b'"customer","type","date","amount","note"\n"Fabrikam","Coaching call","2026-09-10","1.5","by\nphone"\n',
        b"Amount,E-mail,Occurred_At,Add-on,Notes\n1.5,Fabrikam,2026-09-10,Coaching call,  by   phone \n",
        b"qty;usage type;time;note;external id\n1.5;Coaching call;2026-09-10;by phone;Fabrikam\n",
    ],
)
def test_the_same_rows_however_they_are_written(content: bytes) -> None:
    (found,) = read(content)[1]
    assert said(found)[1:] == ("Fabrikam", "Coaching call", "2026-09-10", "1.5", "by phone", "")
    assert found.faults == []


def test_without_a_header_the_order_is_taken_and_said() -> None:
    layout, rows = read("Fabrikam\tCoaching call\t2026-09-10\t1\nContoso\tMail\t2026-09-11\t20\n")
    assert [said(row)[:2] for row in rows] == [("1", "Fabrikam"), ("2", "Contoso")]
    assert layout.said == ("There is no header, so the columns were taken as customer, type, date, amount.",)


def test_columns_that_mean_nothing_are_said_and_those_of_a_rejected_file_are_not() -> None:
    layout, _ = read("customer,type,date,amount,colour,row,reason\nFabrikam,Mail,2026-09-10,1,red,7,none\n")
    assert layout.said == ("Not read: colour.",)


def test_of_two_columns_for_the_customer_the_id_is_read() -> None:
    layout, (found,) = read("Customer,customer id,type,date,amount\nFabrikam,crm-1,Mail,2026-09-10,1\n")
    assert found.customer == "crm-1"
    assert layout.said == ("Not read: Customer.",)


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    content = (
        'customer,type,date,amount,note\n\nFabrikam,Mail,2026-09-10,1,"two\nlines"\n,,,,\nContoso,Mail,2026-09-10,1,\n'
    )
    assert [found.number for found in read(content)[1]] == [3, 5]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There are no rows."),
        (b"\n \n", "There are no rows."),
        (b"PK\x03\x04 and more", "This is a workbook"),
        (b"\xd0\xcf\x11\xe0", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xfe\x00\x00c\x00\x00\x00", "UTF-32"),
        (b"a\0b", "not text"),
        (b"Fabrikam,Mail\n", "neither a header nor usage"),
        (b"customer,type,date\nFabrikam,Mail,2026-09-10\n", "no column for the amount."),
        (b"customer,amount\nFabrikam,1\n", "no column for the type and for the date."),
        (b'customer,type,date,amount\n"Fabrikam,Mail,2026-09-10,1\n', "Row 2: a quotation mark"),
        (b'customer,type,date,amount\nA,B,2026-09-10,1\n"A" b,B,2026-09-10,1\n', "Row 3: a quotation mark"),
        (b'customer,type,date,amount\n"' + b"x" * MOST_RECORD_LENGTH, "Row 2: a quotation mark"),
        (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le")[:-1], "ends in the middle of a letter"),
    ],
)
def test_what_is_no_table_is_said_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        read(content)


def test_letters_that_are_not_utf_8_are_a_fault_of_their_row_alone() -> None:
    latin = PLAIN.encode() + "Café,Mail,2026-09-10,1,\n".encode("latin-1") + "Café,Mail,2026-09-10,1,\n".encode()
    first, second, third = read(latin)[1]
    assert (first.faults, third.faults) == ([], [])
    assert "CSV UTF-8" in second.reason


def test_every_place_between_two_rows_can_be_taken_up_again() -> None:
    for codec, mark in (("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)):
        raw = mark + 'customer,type\r\nÀ\u010a,"two\nlines"\nb,c\r\u2028d,e\nlast,f'.encode(codec)
        encoding = encoding_of(raw)
        whole = Lines(io.BytesIO(raw), encoding, offset=encoding.begins)
        places = [(record, whole.offset, whole.digest.hexdigest()) for record in whole.records(",")]
        assert places[-1][1] == len(raw)
        for place, (record, offset, _) in enumerate(places):
            rest = Lines(io.BytesIO(raw), encoding, offset=offset)
            rest.number = record.number
            assert list(rest.records(",")) == [record for record, _, _ in places[place + 1 :]]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",Mail,2026-09-10,1", "Say which customer."),
        ("Fabrikam,,2026-09-10,1", "Say what was used."),
        ("Fabrikam,Mail,,1", "Say on which day this was used."),
        ("Fabrikam,Mail,2026-09-10,", "Say how much was used."),
        ("Fabrikam", "Say what was used. Say on which day this was used. Say how much was used."),
        ("Fabrikam,Mail,soon,a few", "This is not a date. Write it like 2026-11-20. This must be a number"),
        ("Fabrikam,Mail,2026-09-10,1,,key,more", "more cells than there are columns"),
        ("Fabrikam, Inc.,Mail,2026-09-10,1", "This is not a date."),
        (f"Fabrikam,Mail,2026-09-10,1,{'x' * 501}", "The note is too long: at most 500 letters."),
        ("Fabrikam,Mail,2026-09-10,1,,ké", "The key must be 1 to 255 visible ASCII characters."),
        ("Fabrikam,Mail,2026-09-10,1,,import:1:1", "A key must not begin with import:"),
    ],
)
def test_every_fault_of_a_row_is_said_at_once(line: str, sentence: str) -> None:
    assert sentence in row(line).reason


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "@home", "-", '=HYPERLINK("http://x")'])
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    found = row(f"{quoted},Mail,2026-09-10,1,{quoted},=key")
    assert (found.customer, found.note, found.key, found.faults) == (text, text, "=key", [])
