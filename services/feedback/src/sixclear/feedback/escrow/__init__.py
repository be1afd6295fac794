"""That the holder of the escrow keys destroyed one, as the holder records it."""
