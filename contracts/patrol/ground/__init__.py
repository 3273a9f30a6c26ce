"""Work on the ground: dead pines cleared, and stations that watch for disease."""

from contracts.patrol.ground.clearance import *
from contracts.patrol.ground.natural import *
from contracts.patrol.ground.station import *
