"""What patrol takes in and announces."""

from contracts.patrol.kinds import *
from contracts.patrol.patch import *
from contracts.patrol.judged import FirstStep as FirstStep
from contracts.patrol.judged import Judged as Judged
from contracts.patrol.report import *
from contracts.patrol.incident import *
from contracts.patrol.track import *
from contracts.patrol.duty import *
from contracts.patrol.recorded import *
from contracts.patrol.condition import *
from contracts.patrol.plan import *
from contracts.patrol.terminal import *
from contracts.patrol.patrol import *
from contracts.patrol.moves import *
from contracts.patrol.ground import *
from contracts.evidence.kept import *
from contracts.patrol.timeliness import *
from contracts.patrol.use import *
