"""What the learner's words mean: routing, arguments, retrieval, grading."""
