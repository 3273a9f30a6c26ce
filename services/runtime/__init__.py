"""What every service needs, once: delivery, inbox, outbox, commands, clock, health."""
