"""How calls get in, and what becomes of them when their fake stops."""
