"""What the skills need to know about texts: reading, shape, sentences, language, ranking, faithfulness."""
