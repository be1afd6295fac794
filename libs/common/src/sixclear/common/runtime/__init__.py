"""How a process is put together: targets, supervision, embedded servers."""
