"""What a move of a case tells and where it leaves it, and how long the office has for each."""

from __future__ import annotations

TELLS = {
    "verify": ("verified", "verified"),
    "dismiss": ("dismissed", "dismissed"),
    "reopen": ("reopened", "registered"),
    "assign": ("assigned", "assigned"),
    "return": ("returned", "verified"),
    "reassign": ("reassigned", "assigned"),
    "submit_plan": ("plan_submitted", None),
    "refuse_plan": ("plan_refused", None),
    "approve_plan": ("plan_approved", "rectifying"),
    "start": ("started", "rectifying"),
    "show_no_violation": ("no_violation_shown", "submitted"),
    "ask_extension": ("extension_asked", None),
    "grant_extension": ("extension_granted", None),
    "refuse_extension": ("extension_refused", None),
    "submit": ("submitted", "submitted"),
    "send_back": ("sent_back", "rectifying"),
    "accept": ("accepted", "accepted"),
    "notice": ("on_notice", "on_notice"),
    "object": ("objected", None),
    "uphold": ("objection_upheld", "rectifying"),
    "overrule": ("objection_overruled", None),
    "close": ("closed", "closed"),
    "pass_look_back": ("look_back_passed", None),
    "relapse": ("relapsed", "relapsed"),
    "void": ("voided", "voided"),
    "merge": ("merged", "merged"),
    "transfer": ("transferred", None),
    "link_site": ("site_linked", None),
    "refer": ("referred", None),
    "acknowledge": ("referral_acknowledged", None),
    "conclude": ("referral_concluded", None),
    "hand_up": ("handed_up", None),
    "record": ("recorded", None),
    "receipt_letter": ("letter_receipted", None),
    "reply_letter": ("letter_replied", None),
}
"""What each command tells and where it leaves the case; None leaves it where it is."""
OFFICE_DAYS = {"registered": 3, "verified": 2, "submitted": 5, "accepted": 5}
"""Working days of the office in each state that is its own; our defaults, the source gives none."""
