#!/bin/sh
# Prints the alerts as an object of the Prometheus Operator:
#   sh deploy/examples/prometheus-operator/prometheus-rule.sh | kubectl apply -f -
# Set spec.externalLabels.sixclear_runbooks of your Prometheus to the address where you keep docs/runbooks.
set -eu
cat <<'END'
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: sixclear
  namespace: sixclear
spec:
END
sed 's/^/  /' "$(dirname "$0")/../../prometheus/alerts.yaml"
