"""How an operator sees the system: what is scraped, what raises an alarm, what is drawn."""
