"""Parts of `evaluate_model`: what it measures, how, and what it says of it."""
