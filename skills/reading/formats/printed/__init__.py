"""Pages as they were printed: words with their places, put back in the order and the paragraphs of their author."""
