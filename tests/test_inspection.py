"""A file is what its bytes say: what offices take passes, what could harm is refused by name."""

from __future__ import annotations

import io
import random
import struct
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from unicodedata import category

import paper_files as make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inspection import MEDIA_TYPES, Bounds, Refusal, clean_name, inspect

BOUNDS = Bounds(size=2_000_000, pixels=1_000_000, unpacked=30_000_000, parts=50)


def look(content: bytes, bounds: Bounds = BOUNDS) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return inspect(file, bounds)


def refused(content: bytes, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(Refusal) as refusal:
        look(content, bounds)
    assert refusal.value.vi
    assert refusal.value.faults[0].pointer == "/file"
    return refusal.value.code


def judged(content: bytes) -> None:
    """Taken as one of the known types, or refused; any other error fails the test."""
    with suppress(Refusal):
        assert look(content) in MEDIA_TYPES


@pytest.mark.parametrize(("content", "suffix"), [
    (make.pdf(), ".pdf"), (make.pdf(make.object_stream(b"7 0 <</Type/Page>>")), ".pdf"),
    (make.png(), ".png"), (make.jpeg(), ".jpg"), (make.jpeg(tail=b"\x00" * 100), ".jpg"),
    (make.tiff(), ".tif"), (make.tiff((8, 8), (9, 9), order=">"), ".tif"),
    (make.docx(), ".docx"), (make.odt(), ".odt"), (make.signed_xml(), ".xml"),
    (make.packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), ".xlsx"),
])
def test_what_one_stop_shops_take_is_known_by_its_bytes(content: bytes, suffix: str) -> None:
    assert MEDIA_TYPES[look(content)] == suffix


@pytest.mark.parametrize("content", [
    b"MZ\x90\x00", b"\x7fELF\x02", b"GIF89a", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"hello",
    b"<html><script>", b"\xd0\xcf\x11\xe0\xa1\xb1", b"{\\rtf1", b"\x00%PDF-1.7",
    b"#!/bin/sh\n", make.packed({"a.txt": b"a"}),
])
def test_any_other_type_is_refused_with_the_list_of_those_taken(content: bytes) -> None:
    assert refused(content) == "file-type"


def test_nothing_at_all_and_too_much_are_refused() -> None:
    assert refused(b"") == "file-empty"
    assert refused(make.pdf() + b" " * 2_000_000) == "file-too-large"


@pytest.mark.parametrize("inside", [
    b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>", b"/S /Launch /F (cmd.exe)",
    b"/S/J#61vaScript", b"/S/#4aavaScript", b"/S/#4A#61#76#61#53cript", b"/Type/EmbeddedFile",
    b"/Names<</EmbeddedFiles 5 0 R>>", b"/Subtype/RichMedia", b"/S/SubmitForm/F(http:x)",
    b"/S/ImportData", b"/AcroForm<</XFA 8 0 R>>", b"/AcroForm<</#58FA[]>>",
])
def test_a_pdf_that_acts_or_carries_files_is_refused_also_in_disguise(inside: bytes) -> None:
    drawn = b"<<" + inside + b">>"
    assert refused(make.pdf(b"5 0 obj\n" + drawn + b"\nendobj\n")) == "file-active"
    assert refused(make.pdf(make.object_stream(b"5 0 " + drawn))) == "file-active"
    hidden = make.object_stream(b"5 0 " + drawn, b"/Type/O#62jStm")
    assert refused(make.pdf(hidden)) == "file-active"
    behind = make.pdf(b"%stream\n5 0 obj\n" + drawn + b"\nendobj\n")
    assert refused(behind) == "file-active"


def test_an_object_behind_a_false_end_of_its_stream_is_found() -> None:
    # A stored block that holds the word endstream, then a deflated one with the script.
    said = b"5 0 endstream endobj ", b"<</S/JavaScript>>" * 3
    stored = b"\x00" + struct.pack("<HH", len(said[0]), len(said[0]) ^ 0xFFFF) + said[0]
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = deflate.compress(said[1]) + deflate.flush()
    whole = b"\x78\xda" + stored + rest + struct.pack(">I", zlib.adler32(b"".join(said)))
    assert zlib.decompress(whole) == b"".join(said)
    assert b"JavaScript" not in whole.partition(b"endstream")[0]
    stream = (b"9 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>\nstream\n" + whole
              + b"\nendstream\nendobj\n")
    assert refused(make.pdf(stream)) == "file-active"


def test_objects_in_a_filter_that_is_not_looked_through_are_refused() -> None:
    stream = (b"9 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode>>\nstream\n"
              b"3c3c2f532f4a617661536372697074\nendstream\nendobj\n")
    assert refused(make.pdf(stream)) == "file-broken"


def test_an_encrypted_pdf_is_refused_since_nobody_could_look_into_it() -> None:
    for trailer in (
        b"<</Encrypt 9 0 R>>", b"<</#45ncrypt<</V 2>>>>", b"%stream\n<</Encrypt 9 0 R>>",
    ):
        assert refused(make.pdf(b"trailer\n" + trailer + b"\n")) == "file-encrypted"


def test_objects_that_unpack_to_too_much_are_refused() -> None:
    assert refused(make.pdf(make.object_stream(b" " * 70_000_000))) == "file-bomb"


def test_a_scan_full_of_random_bytes_is_no_active_content() -> None:
    # What looks like a short name in the bytes of a picture must not refuse a citizen's paper.
    noise = random.Random(7).randbytes(1_500_000)
    picture = b"4 0 obj\n<</Subtype/Image/Length 9>>\nstream\n" + noise + b"\nendstream\nendobj\n"
    assert look(make.pdf(picture)) == "application/pdf"


@pytest.mark.parametrize(("content", "code"), [
    (make.pdf(tail=make.packed({"a": b"b"})), "file-two-faced"),
    (make.pdf(tail=b"<script>alert(1)</script>"), "file-two-faced"),
    (make.pdf(b"9 0 obj\n" + make.packed({"a": b"b"}) + b"\nendobj\n"), "file-two-faced"),
    (make.png(tail=b"<?php"), "file-two-faced"), (make.png(tail=make.pdf()), "file-two-faced"),
    (make.jpeg(tail=make.packed({"a": b"b"})), "file-two-faced"),
    (make.jpeg(tail=b"%PDF-1.7"), "file-two-faced"),
    (make.tiff() + make.packed({"a": b"b"}), "file-two-faced"),
    (make.docx(tail=b"%PDF-1.7"), "file-two-faced"),
])
def test_a_file_of_two_formats_is_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


@pytest.mark.parametrize("content", [
    make.png(40_000, 40_000), make.jpeg(60_000, 60_000), make.tiff((1_000_001, 1)),
    make.tiff((8, 8), (2_000, 2_000)),
])
def test_a_picture_of_too_many_pixels_is_refused_before_anybody_opens_it(content: bytes) -> None:
    assert refused(content) == "image-too-large"


@pytest.mark.parametrize("content", [
    make.png()[:-12], make.png()[:20], make.png(0, 8), make.jpeg()[:12], b"\xff\xd8\xff",
    make.tiff()[:20], make.tiff(loop=True), make.pdf()[:-8], b"II*\x00", b"PK\x03\x04",
    make.docx()[:-30] + make.docx()[-22:], b"<?xml version='1.0'?><a>",
    b"<?xml version='1.0' encoding='no-such'?><a/>",
])
def test_half_a_file_is_refused(content: bytes) -> None:
    assert refused(content) in {"file-broken", "file-two-faced"}


@pytest.mark.parametrize("part", [
    "word__vbaProject_dot_bin", "word__VBADATA_dot_xml", "word__activeX__a_dot_xml",
    "word__embeddings__oleObject1_dot_bin", "word__afchunk__a_dot_html",
    "xl__macrosheets__sheet1_dot_xml", "xl__externalLinks__e_dot_xml",
])
def test_a_document_with_macros_controls_or_files_inside_is_refused(part: str) -> None:
    assert refused(make.docx(**{part: b"x"})) == "file-active"


def test_a_macro_type_under_a_harmless_name_is_refused() -> None:
    types = make._TYPES.replace(b"officedocument", b"macroEnabled-officedocument")
    assert refused(make.docx(**{"[Content_Types]_dot_xml": types})) == "file-active"


def test_a_template_from_outside_is_refused_and_a_link_that_one_clicks_is_not() -> None:
    def relation(kind: str) -> bytes:
        return (f'<Relationships><Relationship Type="http://x/{kind}" Target="http://evil/" '
                'TargetMode="External"/></Relationships>').encode()

    rels = "word___rels__document.xml_dot_rels"
    assert refused(make.docx(**{rels: relation("attachedTemplate")})) == "file-active"
    assert look(make.docx(**{rels: relation("hyperlink")})).endswith("wordprocessingml.document")


def test_an_odt_with_scripts_or_listeners_is_refused() -> None:
    assert refused(make.odt(Basic__Standard__Module1=b"Sub Main")) == "file-active"
    listening = make.packed({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": b"<script:event-listener/>",
    })
    assert refused(listening) == "file-active"


def test_a_zip_bomb_is_refused_whatever_its_sizes_claim() -> None:
    assert refused(make.docx(word__media__a_dot_png=b"\0" * 31_000_000)) == "file-bomb"
    assert refused(make.docx(**{f"word__p{i}": b"" for i in range(60)})) == "file-bomb"
    bomb = make.docx(word__media__a_dot_png=b"\0" * 29_000_000)
    assert refused(bomb) == "file-bomb"  # within the bound, yet packed a thousandfold
    true, lie = (29_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert refused(bomb.replace(true, lie)) == "file-broken"


@pytest.mark.parametrize("content", [
    b"%PDF-1.7\n" + b"stream\n" * 280_000 + b"%%EOF",
    b"%PDF-1.7\n" + b"9 0 obj<</First 1>>stream\n" * 70_000 + b"%%EOF",
    b"%PDF-1.7\n" + b"/Encrypt 1 " * 180_000 + b"%%EOF",
    make.docx(a_dot_rels=b"<r TargetMode='External' " * 600_000),
    make.odt(content_dot_xml=b"<office:script " * 600_000),
    make.packed({f"{'n' * 180}{i}": b"" for i in range(5_000)}),
    b"\xff\xd8" + b"\xff" * 1_900_000, b"<?xml version='1.0'?><a b='" + b"x" * 1_900_000,
])
def test_what_is_built_to_take_long_is_judged_in_seconds(content: bytes) -> None:
    begin = time.process_time()
    judged(content)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b"])
def test_parts_that_lead_out_of_a_document_are_refused(name: str) -> None:
    assert refused(make.docx(**{name: b"x"})) == "file-broken"


def test_two_parts_of_one_name_are_refused() -> None:
    into = io.BytesIO(make.docx())
    with zipfile.ZipFile(into, "a") as archive, pytest.warns(match="Duplicate"):
        archive.writestr(make.WORD, b"<other/>")
    assert refused(into.getvalue()) == "file-broken"


@pytest.mark.parametrize(("content", "code"), [
    (b"<?xml version='1.0'?><a/>", "xml-unsigned"),
    (make.signed_xml(before='<!DOCTYPE a [<!ENTITY x "y">]>'), "file-active"),
    (make.signed_xml(before='<?xml-stylesheet href="a.xsl"?>'), "file-active"),
    (make.signed_xml('<s xmlns="http://www.w3.org/2000/svg"/>'), "file-active"),
    (make.signed_xml('<h:html xmlns:h="http://www.w3.org/1999/xhtml"/>'), "file-active"),
    (make.signed_xml("<a>" * 300 + "</a>" * 300), "file-broken"),
])
def test_xml_is_taken_as_signed_data_and_nothing_else(content: bytes, code: str) -> None:
    assert refused(content) == code


@given(st.binary(max_size=400), st.sampled_from([
    b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"PK\x03\x04",
    b"<?xml",
]))
def test_any_bytes_behind_any_magic_are_judged_and_never_crash(noise: bytes, magic: bytes) -> None:
    judged(magic + noise)


@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from([
    make.pdf(make.object_stream(b"7 0 <</Type/Page>>")), make.png(), make.jpeg(), make.tiff(),
    make.docx(), make.odt(), make.signed_xml(),
]))
def test_one_changed_byte_is_judged_and_never_crashes(
    place: int, value: int, whole: bytes,
) -> None:
    changed = bytearray(whole)
    changed[place % len(changed)] = value
    judged(bytes(changed))


@pytest.mark.parametrize(("sent", "shown"), [
    ("Giấy khai sinh.pdf", "Giấy khai sinh.pdf"), ("../../etc/passwd", "passwd.pdf"),
    ("C:\\Users\\an\\scan.PDF", "scan.pdf"), ("a\x00b.exe", "ab.pdf"),
    ("anh\u202efdp.exe", "anhfdp.pdf"), ("", "giay-to.pdf"), (None, "giay-to.pdf"),
    (".htaccess", "giay-to.pdf"), ("...", "giay-to.pdf"), ("con\r\nX: y.pdf", "conX y.pdf"),
    ("a\u200b\ufeffb.png", "ab.pdf"), ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
    ('a"b;c.pdf', "ab;c.pdf"), ("\ud800.pdf", "giay-to.pdf"),
])
def test_a_name_is_only_something_to_read(sent: str | None, shown: str) -> None:
    assert clean_name(sent, ".pdf") == shown


@given(st.text())
def test_no_name_keeps_a_folder_a_control_or_a_turning_character(sent: str) -> None:
    name = clean_name(sent, ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= 124
    assert not set(name) & set('/\\:*?"<>|')
    assert not any(category(c)[0] == "C" for c in name)
