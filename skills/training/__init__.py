"""Fine-tuning on the learner's computer: examples, packing, loss, loop, checkpoints, and what the numbers say."""
