"""Pictures and sound out of a model's input: generated layers, FFmpeg filters, no font, no stock, no clock."""
