"""The registers: what an office keeps of its ground, people, boards and papers, and what is found in them."""

from contracts.roster.register.entry import *
from contracts.roster.register.inventory import *
from contracts.roster.register.old_tree import *
from contracts.roster.register.ranger import *
from contracts.roster.register.board import *
from contracts.roster.register.breeder import *
from contracts.roster.register.office import *
from contracts.roster.register.correspondence import *
from contracts.roster.register.leading_group import *
from contracts.roster.register.directive import *
from contracts.roster.register.finding import *
from contracts.roster.register.lookup import *
from contracts.roster.register.kept import *
from contracts.roster.register.columns import *
