"""For who writes the course: check it, record its results, read how it would go."""
