"""Inspection of a DOCX: a document, with nothing in it that runs, hides, or bursts when it is opened."""

import re
import zipfile
import zlib
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

MEGABYTE = 1024 * 1024
MOST_PARTS = 5000
LARGEST = 500 * MEGABYTE  # all parts together, unpacked
LARGEST_RATIO = 200  # of a part; repetitive XML reaches about 100
SMALL = MEGABYTE  # below that size the ratio says nothing

CONTENT_TYPES = "[Content_Types].xml"
NEEDED = (CONTENT_TYPES, "word/document.xml")
# Text, pictures, fonts, the data of a chart, signatures. OLE objects, ActiveX and macros end in .bin.
PARTS = {"xml", "rels", "vml", "xlsx", "docx", "psmdcp", "sigs", "odttf"} | {
    *("png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "dib", "tif", "tiff"),
    *("emf", "wmf", "emz", "wmz", "svg", "wdp"),
}
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
MACROS = re.compile(rb"macroEnabled|vbaProject|vbaData|activeX", re.IGNORECASE)
ENCRYPTED = 0x1


def inspect(file):
    """Raises ValidationError unless the file is a DOCX, and harmless as far as its parts show."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            if set(NEEDED) - {part.filename for part in parts}:
                raise ValidationError({"file": "The file is called DOCX and is something else."})
            _insist_on_a_size(parts, file.size)
            for part in parts:
                _insist_on_a_part(package, part)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ValidationError({"file": "The file is called DOCX and is something else."}) from error
    except zlib.error as error:
        raise ValidationError({"file": "The file is called DOCX and is damaged."}) from error
    finally:
        file.seek(0)


def _insist_on_a_size(parts, size):
    names = [part.filename for part in parts]
    # Overlapping parts unpack to much more than their sizes say.
    overlap = sum(part.compress_size for part in parts) > size or len(set(names)) < len(names)
    bursts = any(part.file_size > max(SMALL, LARGEST_RATIO * part.compress_size) for part in parts)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST or overlap or bursts:
        raise ValidationError({"file": "The DOCX would unpack to far more than a document has."})


def _insist_on_a_part(package, part):
    name = part.filename
    path = PurePosixPath(name)
    if name.startswith("/") or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", name):
        raise ValidationError({"file": "The DOCX holds a file that would be written outside of it."})
    if part.flag_bits & ENCRYPTED:
        raise ValidationError({"file": "The DOCX is encrypted. Upload it without a password."})
    if part.is_dir():
        return
    # Not the path's suffix, because _rels/.rels has none.
    if name.rpartition(".")[2].lower() not in PARTS:
        raise ValidationError({"file": f'The DOCX holds "{path.name[:100]}", which is no part of a document.'})
    with package.open(part) as content:
        beginning = content.read(SMALL if name == CONTENT_TYPES else 4)
    if beginning.startswith(PROGRAMS):
        raise ValidationError({"file": f'The DOCX holds "{path.name[:100]}", which is a program.'})
    # UTF-16 is allowed there, too.
    if name == CONTENT_TYPES and MACROS.search(beginning.replace(b"\0", b"")):
        raise ValidationError({"file": "The DOCX has macros. Save it without them."})
