"""Names that metrics of several places share."""

# Not `service`: the Prometheus Operator puts the Kubernetes Service there and moves ours to `exported_service`.
SERVICE = "sixclear_service"
