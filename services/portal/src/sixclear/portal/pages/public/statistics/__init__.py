"""What was received and answered, and what these figures do not say."""
