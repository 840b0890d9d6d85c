"""Measures of texts as `evaluate.Metric` classes that work offline and leave no file; one file a measure.

Each file also has the plain function that scores one text. The files import `evaluate`, which takes seconds: import
them inside the functions that use them.
"""
