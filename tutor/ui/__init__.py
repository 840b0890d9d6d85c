"""What the browser needs. With tutor/app.py, the only code that knows Chainlit."""
