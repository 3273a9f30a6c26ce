"""How quickly what is seen is reported, located and handled."""
