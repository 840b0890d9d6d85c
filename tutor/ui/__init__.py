"""What the browser needs. With tutor/ui/chat.py, the only code that knows Chainlit."""
