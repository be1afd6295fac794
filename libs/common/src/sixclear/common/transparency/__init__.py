"""A public log that nobody can bend: RFC 9162 hashing, C2SP tiles, checkpoints, cosignatures, policies and proofs."""
