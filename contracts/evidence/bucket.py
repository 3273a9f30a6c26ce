"""The bucket that evidence is kept in: an object store as NATS clients know it, with a token for who uploads."""

from __future__ import annotations

import base64

BUCKET = "EVIDENCE"
STREAM = f"OBJ_{BUCKET}"
CHUNK_BYTES = 128 * 1024
"""As NATS clients cut an object; every account outside may publish so much."""
CHUNKS, META = f"$O.{BUCKET}.C", f"$O.{BUCKET}.M"


def upload_of(giver: str, upload: str) -> str:
    """What an object store calls the `nuid` of an object: the server lets a giver publish below its own name."""
    return f"{giver}.{upload}"


def chunks_subject(upload: str) -> str:
    return f"{CHUNKS}.{upload}"


def meta_subject(sha256: str) -> str:
    """Where it stands what the object is whose name is its hash."""
    return f"{META}.{base64.urlsafe_b64encode(sha256.encode()).decode()}"


def name_in(subject: str) -> str:
    """The hash in the subject of what an object is."""
    return base64.urlsafe_b64decode(subject.rpartition(".")[2]).decode()
