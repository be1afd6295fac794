"""Pages of experts who review initiatives and solutions."""
