"""A DOCX is looked into: what is no document, runs, hides or bursts is refused, and no honest one is."""

import io
import struct
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from ndas.services import docx
from ndas.services.uploads import recognized

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
HONEST = {
    "[Content_Types].xml": TYPES,
    "_rels/.rels": "<Relationships/>",
    "word/document.xml": "<w:document/>" * 100,
    "word/_rels/document.xml.rels": "<Relationships/>",
    "word/media/image1.PNG": b"\x89PNG",
    "word/fonts/font1.odttf": b"\0\1",
    "word/embeddings/Microsoft_Excel_Sheet.xlsx": b"PK\x03\x04",
    "docProps/thumbnail.emf": b"\1\0",
    "customXml/item1.xml": "<a/>",
    "_xmlsignatures/origin.sigs": b"",
}
BURSTS = "The DOCX would unpack to far more than a document has."
OUTSIDE = "The DOCX holds a file that would be written outside of it."
SOMETHING_ELSE = "The file is called DOCX and is something else."


def package(parts=HONEST, **more):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **more.get("and_", {})}.items():
            archive.writestr(name, content)
    return written.getvalue()


def complaint(content):
    with pytest.raises(ValidationError) as error:
        recognized(ContentFile(content, name="signed.docx"))
    [[said]] = error.value.message_dict.values()
    return said


def without(name):
    return package({part: content for part, content in HONEST.items() if part != name})


def encrypted():
    return package().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def overlapping():
    """Two names for the same bytes, as a bomb has thousands."""
    honest = bytearray(package())
    at = honest.rindex(b"PK\x05\x06")
    entries, size, start = struct.unpack("<HLL", honest[at + 10 : at + 20])
    directory = bytes(honest[start : start + size])
    copies = b"".join(directory.replace(b"image1.PNG", b"%06d.PNG" % number) for number in range(60))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries * 61, entries * 61, size * 61, start, 0)
    return bytes(honest[:start]) + directory + copies + end


def test_an_honest_one_is_taken_and_is_at_its_beginning_again():
    file = ContentFile(package(), name="signed.docx")
    assert recognized(file).endswith("wordprocessingml.document")
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (package({"setup.exe": b"MZ\x90\0"}), SOMETHING_ELSE),
        (b"PK\x03\x04 and then nothing", SOMETHING_ELSE),
        (package()[:-30], SOMETHING_ELSE),
        (without("word/document.xml"), SOMETHING_ELSE),
        (without("[Content_Types].xml"), SOMETHING_ELSE),
        (package(and_={"setup.exe": b"MZ"}), 'The DOCX holds "setup.exe", which is no part of a document.'),
        (package(and_={"word/run.JS": "x"}), 'The DOCX holds "run.JS", which is no part of a document.'),
        (
            package(and_={"word/vbaProject.bin": b"\xd0\xcf"}),
            'The DOCX holds "vbaProject.bin", which is no part of a document.',
        ),
        (
            package(and_={"word/embeddings/oleObject1.bin": b"\xd0\xcf"}),
            'The DOCX holds "oleObject1.bin", which is no part of a document.',
        ),
        (package(and_={"word/media/image2.png": b"MZ\x90"}), 'The DOCX holds "image2.png", which is a program.'),
        (package(and_={"word/media/image2.png": b"\x7fELF"}), 'The DOCX holds "image2.png", which is a program.'),
        (
            package(and_={"[Content_Types].xml": TYPES.replace("/>", ' a="application/vnd.ms-word.macroEnabled"/>')}),
            "The DOCX has macros. Save it without them.",
        ),
        (
            package(and_={"[Content_Types].xml": TYPES.replace("/>", ' a="vbaProject"/>').encode("utf-16")}),
            "The DOCX has macros. Save it without them.",
        ),
        (package(and_={"/etc/passwd.xml": "x"}), OUTSIDE),
        (package(and_={"word/../../up.xml": "x"}), OUTSIDE),
        (package(and_={"C:\\up.xml": "x"}), OUTSIDE),
        (package(and_={"word/big.xml": b"\0" * 20_000_000}), BURSTS),
        (
            package(and_={f"word/{n}.xml": "" for n in range(5001)}),
            BURSTS,
        ),
        (encrypted(), "The DOCX is encrypted. Upload it without a password."),
        (overlapping(), BURSTS),
    ],
)
def test_what_is_no_document_or_more_than_that_is_refused(content, said):
    assert complaint(content) == said


def test_a_damaged_one_is_no_error_of_ours():
    content = bytearray(package())
    at = content.index(b"word/media/image1.PNG") + len("word/media/image1.PNG")
    content[at : at + 4] = b"\xff" * 4
    assert complaint(bytes(content)) in (SOMETHING_ELSE, "The file is called DOCX and is damaged.")


def test_no_content_is_unpacked_beyond_its_first_bytes(monkeypatch):
    """What would be unpacked to see whether it is too large would have burst already."""
    asked = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: asked.append(n) or read(self, n))
    docx.inspect(ContentFile(package(), name="signed.docx"))
    assert asked and max(asked) <= docx.SMALL and min(asked) > 0
