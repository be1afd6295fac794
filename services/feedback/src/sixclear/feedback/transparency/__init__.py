"""What was stated to senders, and the public log that keeps anyone from changing it unseen."""
