"""What a sender shows while too many submissions come: work, or a form that was open for a while."""
