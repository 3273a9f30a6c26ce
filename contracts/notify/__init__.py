"""What notify announces and answers."""

from contracts.notify.notice import *
