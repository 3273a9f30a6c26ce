"""What the office records of a case besides its moves: what it is measured by, and the law's side (DOMAIN §5)."""

from __future__ import annotations

from contracts.cases import Case, LawSide, Measured, ParticularsRecorded, RecordParticulars
from contracts.language.rules import broken
from services.cases.case.act import Act
from services.cases.case.case import told
from services.cases.post.post import Roster
from services.runtime.problem import refuse_field


def record(case: Case, act: Act, ask: RecordParticulars, posts: Roster) -> ParticularsRecorded:
    """The office states them: what it says stands above the report's, what it leaves out stays.

    It is no move: a case does not grow younger by it.
    """
    said = {name: value for name, value in ask if name in ask.model_fields_set and value not in (None, ())}
    measured = {name: said[name] for name in Measured.model_fields if name in said}
    law = {name: said[name] for name in LawSide.model_fields if name in said}
    if not measured and not law:
        refuse_field("illegal_area_mu", broken("particulars_stated"))
    changes = {
        "measured": (case.measured or Measured()).model_copy(update=measured) if measured else case.measured,
        "law": (case.law or LawSide()).model_copy(update=law) if law else case.law,
    }
    return told(ParticularsRecorded, case.model_copy(update=changes), act)
