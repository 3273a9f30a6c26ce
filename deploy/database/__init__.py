"""PostgreSQL as a part of the system: roles and schemas."""
