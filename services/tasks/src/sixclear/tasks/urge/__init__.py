"""What is said to the body that does a task: remarks, urging, and the rungs of its programme's ladder."""
