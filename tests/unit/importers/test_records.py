from __future__ import annotations

import csv
import gzip
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers import _records
from hospital_twin.importers._source import Source, tables_in
from hospital_twin.importers._table import OK, TOO_FEW, TOO_MANY, TextRows
from hospital_twin.importers._text_table import look

pytestmark = pytest.mark.unit

Write = Callable[..., Path]


def all_of(path: Path) -> TextRows:
    peek = look(Source(path))
    return peek.read(range(len(peek.header)), [0])


def table(rows: TextRows) -> list[tuple]:
    return list(zip(*(column.tolist() for column in rows.columns), strict=True))


def test_columns_and_the_line_of_each_row(write: Write):
    found = all_of(write("a,b\n1, x \n\n2,y\n,,\n3,\n"))
    assert table(found) == [("1", "x"), ("2", "y"), ("3", "")]
    assert found.lines.tolist() == [2, 4, 6]
    assert found.blank == 2


def test_only_the_wanted_columns_are_read(write: Write):
    peek = look(Source(write("a,b,c\n1,2,3\n")))
    found = peek.read([2, 0])
    assert [column.tolist() for column in found.columns] == [["3"], ["1"]]


def test_rows_that_are_too_short_or_too_long(write: Write):
    found = all_of(write("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n"))
    assert found.fields.tolist() == [OK, TOO_FEW, TOO_MANY, OK]
    assert table(found) == [("1", "2", "3"), ("", "", ""), ("", "", ""), ("1", "2", "3")]


def test_lines_without_anything_on_them_cost_next_to_nothing(write: Write):
    for nothing in (b"\n", b" \r\n", b",\n"):
        path = write(b"a,b,c\n1,2,3\n" + nothing * 1_000_000 + b"4,5,6\n")
        before = time.process_time()
        found = all_of(path)
        assert time.process_time() - before < 3
        assert found.blank == 1_000_000
        assert found.lines.tolist() == [2, 1_000_003]


LINES = ("", " ", ",", " , , , ", ",,,,", "\xa0", "\u3000,\xa0", '""', '"",""', "\x1f", "x", "é", "x,y", '"x"',
         "x,y,z,,", "x,y,z,w", '"x,y"', "\x01", "é,\xa0")


@pytest.mark.parametrize("line", LINES)
def test_an_odd_line_is_judged_as_python_splits_it(write: Write, line: str):
    found = all_of(write(f"a,b,c\n1,2,3\n{line}\n4,5,6\n"))
    row = next(csv.reader([line]), [])
    fields = len(row) if len(row) <= 3 or any(field.strip() for field in row[3:]) else 3
    if any(field.strip() for field in row):
        assert found.fields.tolist() == [OK, TOO_FEW if fields < 3 else TOO_MANY if fields > 3 else OK, OK]
        assert found.blank == 0
    else:
        assert found.blank == 1
    assert found.lines.tolist() == ([2, 4] if found.blank else [2, 3, 4])


def test_quotation_marks(write: Write):
    found = all_of(write('a,b\n"1, and ""one""","x\ny"\n2,"z"\r\n'))
    assert table(found) == [('1, and "one"', "x\ny"), ("2", "z")]
    assert found.lines.tolist() == [2, 4]


def test_a_mark_that_is_never_closed_spoils_its_own_line_alone(write: Write):
    found = all_of(write('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n'))
    assert table(found)[::2] == [("1", "2", "3"), ("7", "8", "9")]
    assert found.fields.tolist() == [OK, TOO_FEW, OK]
    assert found.lines.tolist() == [2, 3, 4]


def test_inches_are_no_quotation_marks(write: Write):
    found = all_of(write('a,b\n5" tube,1\n"well, quoted",2\nsay "ah",3\n'))
    assert table(found) == [('5" tube', "1"), ("well, quoted", "2"), ('say "ah"', "3")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(write: Write, separator: str):
    found = all_of(write(separator.join(["a,x", "b"]).replace("a,x", "a") + "\n" + separator.join(["1", "2.5"]) + "\n"))
    assert table(found) == [("1", "2.5")]


def test_a_semicolon_wins_over_decimal_commas(write: Write):
    assert table(all_of(write("a;b\n1,5;2,5\n3,5;4,5\n"))) == [("1,5", "2,5"), ("3,5", "4,5")]


def test_the_separator_that_excel_declares(write: Write):
    found = all_of(write("sep=;\na;b\n1;2\n"))
    assert table(found) == [("1", "2")]
    assert found.lines.tolist() == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines(write: Write, encoding: str, end: str):
    text = end.join(["unité;b", "SACRÉ-CŒUR;1", "Größe;2", ""])
    peek = look(Source(write(text.encode(encoding))))
    assert peek.header == ("unité", "b")
    assert table(peek.read([0, 1])) == [("SACRÉ-CŒUR", "1"), ("Größe", "2")]


def test_a_letter_of_another_encoding_far_behind_the_head(write: Write):
    body = b"".join(b"row %d;plain\n" % i for i in range(30_000))
    found = all_of(write(b"a;b\n" + body + "é;Œ\n".encode("cp1252")))
    assert table(found)[-1] == ("é", "Œ")


def test_gzip_whatever_it_is_called(write: Write):
    assert table(all_of(write(gzip.compress(b"a,b\n1,2\n")))) == [("1", "2")]


def test_the_same_text_is_kept_once(write: Write):
    column = look(Source(write("a,b\n" + "ward 1,2\n" * 50))).read([0]).columns[0]
    assert len({id(text) for text in column}) == 1


def test_a_folder_has_no_table_and_a_file_is_one(tmp_path: Path, write: Write):
    assert tables_in(tmp_path) == []
    path = write("a,b\n")
    assert tables_in(path) == [Source(path)]


def test_a_cut_gzip_is_refused(write: Write):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i * 7919 % 10007, i) for i in range(200_000)))
    peek = look(Source(write(whole[:-20])))
    with pytest.raises(BadInput, match="damaged: it is cut off"):
        peek.read([0])


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12), st.sampled_from([16, 64, 1 << 20]))
def test_tables_are_split_as_python_splits_them(tmp_path_factory: pytest.TempPathFactory,
                                                monkeypatch: pytest.MonkeyPatch, rows: list, block: int):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.mktemp("table") / "log.csv"
    path.write_bytes(out.getvalue().encode())
    monkeypatch.setattr(_records, "_BLOCK", block)
    expected = [tuple(cell.strip() for cell in row) for row in rows if any(cell.strip() for cell in row)]
    assert table(all_of(path)) == expected
