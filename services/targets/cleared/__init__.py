"""What is cleared of dead pines, as targets count it."""
