"""What start.py does before anything is installed. Standard library only, and nothing newer than Python 3.9 knows."""
