"""The live stream of the public figures. Names no kind."""
