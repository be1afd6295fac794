"""Expert review of initiatives and solutions: assigned, declared, scored blind, discussed, decided."""
