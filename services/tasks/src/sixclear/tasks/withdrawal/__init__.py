"""Taking a directive or a document out of its programme, which depends on the tasks and evidence that name it."""
