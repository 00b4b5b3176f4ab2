"""The staff side: matters that stay sealed, who may open them, and what becomes of them."""
