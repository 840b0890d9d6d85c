"""A data set of the learner's: inspected, cleaned, duplicates found, made ready, split without leakage."""
