"""`tutor eval`: how well the tutor hears, answers and grades, on sets of messages and conversations."""
