#!/usr/bin/env bash
# Takes production back by Helm, whose history stays the truth: to ROLLBACK_REVISION where somebody named one, to what
# deploy-prod found running, or else to what Helm remembers as good.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/release-history.sh
source ci/release-history.sh

: "${KUBE_CONTEXT:?is not set: give the project the variable KUBE_CONTEXT_PROD}"
kubectl config use-context "$KUBE_CONTEXT"

target="${ROLLBACK_REVISION:-${PREVIOUS_REVISION:-$(release_history | previous_revision)}}"
if [[ -z $target ]]; then
  echo "There is nothing to go back to: this was the first release"
  exit 1
fi
helm history "$RELEASE" -n "$NAMESPACE" --max 10
helm rollback "$RELEASE" "$target" -n "$NAMESPACE" --wait --timeout 10m
kubectl rollout status "deployment/$RELEASE" -n "$NAMESPACE" --timeout=5m
helm status "$RELEASE" -n "$NAMESPACE"
