"""Plants small faults in a copy of the code, one at a time, and sees whether a test notices."""
