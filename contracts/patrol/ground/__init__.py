"""Work on the ground: dead pines cleared, stations, outreach; first steps, and what passers-by report."""

from contracts.patrol.ground.clearance import *
from contracts.patrol.ground.natural import *
from contracts.patrol.ground.outreach import *
from contracts.patrol.ground.passerby import *
from contracts.patrol.ground.station import *
from contracts.patrol.ground.step import *
