"""Language itself: sentences, normal forms, numbers, language, ranking, faithfulness."""
