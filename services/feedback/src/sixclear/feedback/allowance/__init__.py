"""How often one visitor may still send, or be wrong about a receipt code."""
