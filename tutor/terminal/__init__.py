"""What 'tutor ...' prints: runs of skills, models, blocks."""
