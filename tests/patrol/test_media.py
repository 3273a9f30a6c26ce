"""What bytes are, as their beginning and the name of their file say it."""

import pytest

from contracts.evidence.media import KNOWN, SUFFIXES, media_types, named_type
from tests.patrol.put import PNG

pytestmark = pytest.mark.served

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
"""As ISO/IEC 14496-12 and 23008-12 have it: size, `ftyp`, the major brand."""


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe1", ["image/jpeg"]),
        (b"\xff\xd8", []),
        (PNG, ["image/png"]),
        (b"\x89PNG\n\x1a\n", []),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", ["image/webp"]),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", ["audio/wav", "audio/x-wav", "audio/vnd.wave"]),
        (b"RIFF\x24\x00\x00\x00AVI ", []),
        (HEIC, ["image/heic", "image/heif"]),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", ["video/mp4", "audio/mp4"]),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00", ["audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm"]),
        (b"%PDF-1.7\n", ["application/pdf"]),
        (b" %PDF-1.7\n", []),
        (b"<html>", []),
        (b"MZ\x90\x00", []),
        (b"", []),
    ],
)
def test_what_bytes_are_is_told_by_their_beginning(head, found):
    assert list(media_types(head)) == found


def test_the_table_of_media_names_each_type_it_is_asked_for():
    """Those that phones and offices send."""
    sent = {"image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4", "application/pdf", "audio/x-m4a"}
    assert sent - {*KNOWN} == set()


def test_each_media_type_has_names_of_its_own_by_which_a_file_that_was_saved_is_known_again():
    assert sorted(SUFFIXES) == sorted(KNOWN)
    assert [named_type(f"{'0' * 64}{suffix}") for suffix in SUFFIXES.values()] == list(SUFFIXES)
    assert (named_type("批复.DOCX"), named_type("0" * 64)) == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", None,
    )  # fmt: skip
