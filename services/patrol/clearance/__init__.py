"""Plots of dead pines, and what is done on them."""
