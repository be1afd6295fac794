"""Results: indicators, money, documents and what bodies are assessed by."""
