"""The course: files of curriculum/ read into frozen models, with all mistakes at once."""
