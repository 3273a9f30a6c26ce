"""The bus: who may say and hear what, and what is kept."""
