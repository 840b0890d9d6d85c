"""What happened (the event log) and what is known of the learner: mastery, memory, plan, statechart."""
