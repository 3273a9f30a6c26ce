"""`linzhang evidence`: put, fetched, checked, saved, and each misuse said in a line."""

import asyncio
import hashlib
import json

import nats
import pytest

from deploy.local.home import Home
from services.runtime.replica.objects import Objects
from tests.cli.conftest import linzhang

PDF = b"%PDF-1.7\n" + b"%" * 200_000
HASH = hashlib.sha256(PDF).hexdigest()
ABSENT = "0" * 64


async def evidence(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "evidence", *map(str, arguments), **more)


@pytest.fixture
def paper(tmp_path):
    file = tmp_path / "批复.pdf"
    file.write_bytes(PDF)
    return file


async def test_evidence_is_put_once_and_fetched_as_it_was(up, paper, tmp_path):
    status, out, told = await evidence(up, "put", paper, "--json")
    assert status == 0, told
    first = json.loads(out)
    assert (first["sha256"], first["media_type"], first["size_bytes"]) == (HASH, "application/pdf", len(PDF))
    status, _, told = await evidence(up, "put", paper)
    assert (status, "was kept already" in told) == (0, True), told
    status, _, told = await evidence(up, "get", HASH, tmp_path / "again.pdf")
    assert (status, (tmp_path / "again.pdf").read_bytes() == PDF) == (0, True), told
    status, out, told = await evidence(up, "check", paper, "--json")
    assert (status, json.loads(out)[0]["shown"]["kept"]["evidence"]["sha256"]) == (0, HASH), told
    status, out, told = await evidence(up, "check", paper, LINZHANG_LANG="zh")
    assert (status, "application/pdf" in out) == (0, True), told


async def test_an_integrator_is_told_what_was_kept_and_what_was_wrong(up, tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"1" * 1000)
    status, _, told = await evidence(up, "put", photo, "--source", "desk", "--wait", "60")
    assert (status, "kept as" in told) == (0, True), told
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"2" * 1000)
    status, _, told = await evidence(up, "put", photo, "--source", "desk", "--type", "image/jpeg", "--wait", "60")
    assert (status, "evidence.media_type: must be what its bytes are: image/png" in told) == (1, True), told


async def test_a_folder_keeps_all_evidence_and_only_what_it_lacks_is_fetched_again(up, paper, tmp_path):
    await evidence(up, "put", paper)
    folder = tmp_path / "kept"
    status, out, told = await evidence(up, "save", folder, "--json")
    saved = json.loads(out)
    kept = folder / f"{HASH}.pdf"
    assert (status, saved["had"], kept.read_bytes() == PDF) == (0, 0, True), told
    kept.unlink()
    _, out, _ = await evidence(up, "save", folder, "--json")
    assert json.loads(out) == {"saved": 1, "had": saved["saved"] - 1, "lost": []}
    status, _, told = await evidence(up, "put", *folder.iterdir())
    assert (status, told.count("was kept already")) == (0, saved["saved"]), told


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def test_what_is_saved_keeps_its_media_type_and_what_the_store_has_lost_stops_nothing(up, tmp_path):
    papers = [tmp_path / f"方案{n}.docx" for n in range(3)]
    hashes = []
    for n, paper in enumerate(papers):
        paper.write_bytes(b"PK\x03\x04" + bytes([n]) * 1000)
        hashes.append(hashlib.sha256(paper.read_bytes()).hexdigest())
    assert (await evidence(up, "put", *papers))[0] == 0
    gone = min(hashes)
    await lose(up, gone)
    folder = tmp_path / "kept"
    status, out, told = await evidence(up, "save", folder, "--json")
    assert (status, json.loads(out)["lost"]) == (1, [gone]), told
    files = [folder / f"{one}.docx" for one in hashes if one != gone]
    assert [file.exists() for file in files] == [True, True]
    status, out, told = await evidence(up, "check", *files, "--json")
    assert (status, [one["media_type"] for one in json.loads(out)]) == (0, [DOCX, DOCX]), told
    status, _, told = await evidence(up, "save", folder)
    assert (status, f"{gone}: its bytes are lost" in told) == (1, True), told
    assert (await evidence(up, "put", papers[hashes.index(gone)]))[0] == 0


async def lose(up, sha256):
    """The bus loses the chunks of a piece of evidence."""
    client = await nats.connect(Home(up.home).running().url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    objects = Objects(client)
    await objects.drop((await objects.stated(sha256))["nuid"])
    await client.close()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("get", ABSENT, "{folder}/x"), 1, "there is no such evidence"),
        (("get", "x", "{folder}/x"), 2, "sha256: "),
        (("put", "{folder}/none"), 2, "{folder}/none"),
        (("put", "{folder}/text.txt"), 1, "must be of a media type that is taken"),
        (("put", "{folder}/empty.png"), 2, "size_bytes: must be at least 1"),
        (("put", "{folder}/text.txt", "--type", "no type"), 2, "media_type: "),
    ],
)
async def test_a_misuse_is_said_in_a_line_and_no_file_is_written(up, tmp_path, arguments, status, said):
    (tmp_path / "text.txt").write_text("text")
    (tmp_path / "empty.png").touch()
    before = sorted(tmp_path.iterdir())
    done, _, told = await evidence(up, *(one.format(folder=tmp_path) for one in arguments))
    flat = " ".join(told.split())
    assert (done, said.format(folder=tmp_path) in flat, "Traceback" in told) == (status, True, False), told
    assert sorted(tmp_path.iterdir()) == before
