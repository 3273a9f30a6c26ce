"""How a system comes back from the loss of its bus or its database, and keeps outsiders out until it has."""
