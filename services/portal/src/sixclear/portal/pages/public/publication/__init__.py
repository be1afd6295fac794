"""One public copy: what was asked, what was answered, who supports it, what is like it."""
