"""The mailbox of a case: sender and handler write to each other; a receipt code opens it, without an account."""
