"""Who wants to be told leaves an address; mails say that there is news, and nothing of the case."""
