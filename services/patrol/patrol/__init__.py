"""Patrols: begun, paused, ended, measured by their points, judged and appealed against."""
