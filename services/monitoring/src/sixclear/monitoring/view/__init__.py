"""The view: what the kinds' events amount to, now and at any past instant. Names no kind."""
