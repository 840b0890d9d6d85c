"""Taking a tuned model elsewhere: one file a format, each written whole, opened again and compared."""
