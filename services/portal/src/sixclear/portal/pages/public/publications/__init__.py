"""Public copies of cases: what others asked, and what they were answered."""
