#!/usr/bin/env bash
# Applies the alert rules, and makes sure that they have something to look at: Prometheus scrapes the new version.
set -euo pipefail
cd "$(dirname "$0")/.."

kubectl config use-context "${KUBE_CONTEXT:?is not set: give the project the variable KUBE_CONTEXT_PROD}"
kubectl apply -f k8s/monitoring/

query="count(http_requests_total{app=\"$APP_NAME\",track=\"stable\"})"
for ((attempt = 1; attempt <= SMOKE_ATTEMPTS; attempt += 1)); do
  if curl -fsSG --max-time 10 "$PROMETHEUS_URL/api/v1/query" --data-urlencode "query=$query" \
    | jq -e '.status == "success" and (.data.result | length) > 0' > /dev/null; then
    echo "Prometheus scrapes $APP_NAME"
    exit 0
  fi
  sleep "$SMOKE_DELAY"
done
echo "Prometheus at $PROMETHEUS_URL has no series of $APP_NAME: is the ServiceMonitor selected by it?"
exit 1
