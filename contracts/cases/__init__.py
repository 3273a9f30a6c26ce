"""What cases announces and answers, in the order in which a case goes its way."""

from contracts.cases.states import *
from contracts.cases.parts import *
from contracts.cases.case import *
from contracts.cases.ledger import *
from contracts.cases.opening import *
from contracts.cases.old_ledger import *
from contracts.cases.rectify import *
from contracts.cases.closing import *
from contracts.cases.scope import *
from contracts.cases.referral import *
from contracts.cases.ladder import *
from contracts.cases.review import *
from contracts.cases.vocabulary import *
from contracts.cases.sheet import *
from contracts.cases.lookup import *
