"""The HTTP edge: application factory, transactions, problem details, paging, streams."""
