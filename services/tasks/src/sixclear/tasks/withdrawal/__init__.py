"""Taking a directive out of its programme, which depends on the tasks that name it."""
