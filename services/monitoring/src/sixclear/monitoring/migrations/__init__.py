"""Schema changes of the monitoring service, oldest first under `versions`."""
