"""What a walk comes to: stops, length, time, ground, and what a made-up one looks like."""
