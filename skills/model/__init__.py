"""What is inside a model: base weights, tokenizers, chat templates, fused LoRA layers, n-gram rivals."""
