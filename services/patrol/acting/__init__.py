"""As which post somebody acts."""
