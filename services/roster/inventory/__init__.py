"""The inventories of areas."""
