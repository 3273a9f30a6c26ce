"""The rules of cases that offices edit."""
