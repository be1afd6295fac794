"""The mailbox that a receipt opens."""
