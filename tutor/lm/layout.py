"""The names that conversion and engines agree on: a model's two folders, its files, the tokens that end a turn."""

TRANSFORMERS, CT2 = "transformers", "ct2-int8"
WEIGHTS = "*.safetensors"
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "generation_config.json",
    "special_tokens_map.json",
)
ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<end_of_turn>", "</s>")
"""How the chat models of the accepted architectures close a turn; a GGUF file names only one of them."""
