"""The page that is shown when there is no other."""
