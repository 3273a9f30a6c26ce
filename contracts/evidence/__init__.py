"""Evidence as bytes: how it comes to the bus's object store, what is checked of it, and how it is fetched."""

from contracts.evidence.kept import EvidenceGone as EvidenceGone
from contracts.evidence.kept import EvidenceKept as EvidenceKept
from contracts.evidence.kept import EvidenceListed as EvidenceListed
from contracts.evidence.kept import EvidencePiece as EvidencePiece
from contracts.evidence.kept import EvidenceShown as EvidenceShown
from contracts.evidence.kept import EvidenceUpload as EvidenceUpload
from contracts.evidence.kept import KeepEvidence as KeepEvidence
from contracts.evidence.kept import KeptEvidence as KeptEvidence
from contracts.evidence.kept import ListEvidence as ListEvidence
from contracts.evidence.kept import NamedBy as NamedBy
from contracts.evidence.kept import ReadEvidence as ReadEvidence
from contracts.evidence.kept import ShowEvidence as ShowEvidence
from contracts.evidence.kept import WhyGone as WhyGone
