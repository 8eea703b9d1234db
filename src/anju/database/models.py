"""No tables of its own; the module exists so that Django announces the end of migrations to this app."""
