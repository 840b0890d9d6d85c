"""A stranger's file becomes rows: read, its shape recognised, understood, imported."""
