"""What a case does to the record of the nearest chief of those who answered (A6)."""

from __future__ import annotations

from contracts.cases import CaseClosed, CaseFact, CaseOpened, CaseOverdue
from contracts.targets import RecordWord

WORDS: dict[type[CaseFact], RecordWord] = {
    CaseOpened: RecordWord.OPENED,
    CaseOverdue: RecordWord.OVERDUE,
    CaseClosed: RecordWord.CLOSED,
}
