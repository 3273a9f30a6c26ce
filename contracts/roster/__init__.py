"""What roster announces and answers."""

from contracts.language.values import Boundary as Boundary
from contracts.roster.division import *
from contracts.roster.area import *
from contracts.roster.post import *
from contracts.roster.holder import *
from contracts.roster.answerable import *
from contracts.roster.coverage import *
from contracts.roster.register import *
from contracts.roster.listing import *
