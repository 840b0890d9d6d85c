"""One small reader for each kind of file that is not plain text: what is in it, as lines or as rows of a table."""
