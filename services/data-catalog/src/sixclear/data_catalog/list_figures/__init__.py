"""The figures of each programme list: its entries counted by edition and stage."""
