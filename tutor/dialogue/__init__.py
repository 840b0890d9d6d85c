"""What the tutor does: every move of the conversation, on the context it is given."""
