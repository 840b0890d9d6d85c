"""Chats as the programs that people write to each other with export them."""
