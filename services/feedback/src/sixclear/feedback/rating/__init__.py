"""What senders say of their answers, once, and the two figures that are made of it."""
