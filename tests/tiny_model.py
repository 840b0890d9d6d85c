"""Makes random models of a few thousand parameters, one of each architecture, with a byte-level tokenizer."""

from __future__ import annotations

from pathlib import Path

TEXT = """Aquí me pongo a cantar al compás de la vigüela, que el hombre que lo desvela una pena estraordinaria
como la ave solitaria con el cantar se consuela. The wide road went down to the river and the river went down to the
sea. Había una vez una guerrera que escribía cartas. ¿Qué es un modelo de lenguaje? What is a language model?"""
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3", "mistral")


def make_tiny(architecture: str, folder: Path) -> Path:
    """Write a random model of this architecture to `folder` (safetensors, config, tokenizer) and return it."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer.train_from_iterator(
        [TEXT] * 4,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=specials,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
    )
    names = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3", "gemma3": "Gemma3Text", "mistral": "Mistral"}
    config_class = getattr(transformers, f"{names[architecture]}Config")
    model_name = {"gemma3": "Gemma3ForCausalLM"}.get(architecture, f"{names[architecture]}ForCausalLM")
    config = config_class(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        bos_token_id=None,
        **({"query_pre_attn_scalar": 8} if architecture == "gemma3" else {}),  # the head's size, as in the real ones
    )
    torch.manual_seed(0)
    model = getattr(transformers, model_name)(config)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
