"""What targets takes in, announces and answers."""

from contracts.targets.progress import *
from contracts.targets.target import *
from contracts.targets.record import *
from contracts.targets.allocation import *
