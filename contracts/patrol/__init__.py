"""What patrol takes in and announces."""

from contracts.patrol.kinds import *
from contracts.patrol.report import *
from contracts.patrol.incident import *
from contracts.patrol.track import *
