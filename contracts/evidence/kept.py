"""Evidence: put, kept, shown, read piece by piece, and gone when nothing needs it any more."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import UNKNOWN, Division
from contracts.language.evidence import Evidence
from contracts.language.message import Command, Fact, Intake
from contracts.language.values import ExternalId, Line, OpenEnum, Token, Value
from contracts.language.written import WHOLE, Instant

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Place = Annotated[int, Field(ge=0, le=2**53), WHOLE]


class EvidenceUpload(Intake):
    """The chunks of an upload are all there: they are these bytes, of this media type.

    The chunks were published before, in their order, on `$O.EVIDENCE.C.<source>.<upload>`. What is not what is said
    here is refused; the same bytes again are those that are kept already. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "intake.evidence.v1"

    upload: Token
    evidence: Evidence


class KeptEvidence(Value):
    """Evidence whose bytes are kept: who gave it and when. `anew` is False where they were kept already."""

    evidence: Evidence
    given_by: Token
    kept_at: Instant
    anew: bool = False


class KeepEvidence(Command):
    """The same of an upload by an official, whose chunks are on `$O.EVIDENCE.C.<actor>.<upload>`."""

    name: ClassVar[str] = "patrol.keep_evidence.v1"
    answer: ClassVar[type[BaseModel]] = KeptEvidence

    upload: Token
    evidence: Evidence


class EvidenceKept(Fact):
    """The bytes of evidence have come and are what was said of them. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.evidence_kept.v1"
    aggregate: ClassVar[str] = "evidence.sha256"
    place: ClassVar[str] = "division"

    evidence: Evidence
    given_by: Token
    kept_at: Instant
    division: Division = UNKNOWN


class WhyGone(OpenEnum):
    """Nothing ever named it; what named it was resolved long ago; the bus has lost it, and it may be put again."""

    UNNAMED = "unnamed"
    RESOLVED = "resolved"
    LOST = "lost"
    OTHER = "other"


class EvidenceGone(Fact):
    """The bytes of evidence are not kept any more."""

    name: ClassVar[str] = "patrol.evidence_gone.v1"
    aggregate: ClassVar[str] = "sha256"
    place: ClassVar[str] = "division"

    sha256: Sha256
    reason: WhyGone
    gone_at: Instant
    division: Division = UNKNOWN


class NamedBy(Value):
    """What names evidence: an incident, a case, a patrol, or an entry of a register, by its kind and id."""

    kind: Line
    id: ExternalId
    division: Division


class EvidenceShown(Value):
    """What is known of evidence: what names it, and who gave its bytes and when; None where they have not come."""

    sha256: Sha256
    kept: KeptEvidence | None
    named_by: tuple[NamedBy, ...]


class ShowEvidence(Command):
    """What is known of evidence that something names in or under the subject's division, or that the asker gave."""

    name: ClassVar[str] = "patrol.show_evidence.v1"
    answer: ClassVar[type[BaseModel]] = EvidenceShown
    reads_only: ClassVar[bool] = True

    sha256: Sha256


class EvidenceListed(Value):
    """Evidence by its hashes, in their order; the next ones come after the last where there are `more`."""

    found: tuple[EvidenceShown, ...]
    more: bool


class ListEvidence(Command):
    """Evidence that something names in and under the subject's division, after a hash; the operator's has all.

    With `missing` that of which no bytes have come.
    """

    name: ClassVar[str] = "patrol.list_evidence.v1"
    answer: ClassVar[type[BaseModel]] = EvidenceListed
    reads_only: ClassVar[bool] = True

    missing: bool = False
    after: Sha256 | None = None
    limit: Annotated[int, Field(ge=1, le=500), WHOLE] = 100


class EvidencePiece(Value):
    """A piece of the bytes, in base64; the next is read from `next`, which is None behind the last."""

    sha256: Sha256
    content: str
    next: Place | None


class ReadEvidence(Command):
    """A piece of the bytes of evidence, by whoever may see what is known of it: the first, or that from a place on."""

    name: ClassVar[str] = "patrol.read_evidence.v1"
    answer: ClassVar[type[BaseModel]] = EvidencePiece
    reads_only: ClassVar[bool] = True

    sha256: Sha256
    place: Place = 0
