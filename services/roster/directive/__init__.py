"""Directives: what a chief has ordered, and whether its items are done."""
