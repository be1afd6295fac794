"""Programme lists and their editions: the databases that a programme asks for."""
