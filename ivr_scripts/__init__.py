"""What a call says and hears: dialogues, their dialplan, prompts and recognition."""
