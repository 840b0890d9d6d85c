"""Personal data (PII) in texts: found by kind, masked so that who is who is kept."""
