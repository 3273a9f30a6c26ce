"""The contracts as others read them: schemas, AsyncAPI, a catalogue, and what breaks a release."""
