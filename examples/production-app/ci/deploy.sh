#!/usr/bin/env bash
# Deploys the chart as RELEASE into NAMESPACE with the values of helm/values/VALUES.yaml. Writes deploy.env.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/release-history.sh
source ci/release-history.sh

: "${KUBE_CONTEXT:?is not set: give the project the variable KUBE_CONTEXT_DEV, _STAGING or _PROD}"
kubectl config use-context "$KUBE_CONTEXT"

# A job that was cancelled, or whose runner died, leaves the release pending, and Helm refuses all that comes after.
# This job holds the resource group, so whatever is pending has nobody left who works on it.
clear_pending_release() {
  local history status target
  history="$(release_history)"
  status="$(newest_status <<< "$history")"
  [[ $status == pending-* ]] || return 0
  target="$(previous_revision <<< "$history")"
  if [[ -n $target ]]; then
    echo "The release was left $status: going back to revision $target first"
    helm rollback "$RELEASE" "$target" -n "$NAMESPACE" --wait --timeout 10m
  else
    echo "The release was left $status and never worked: removing it first"
    helm uninstall "$RELEASE" -n "$NAMESPACE" --wait
  fi
}

clear_pending_release
# Before anything changes, so that a rollback knows what was good.
echo "PREVIOUS_REVISION=$(release_history | serving_revision)" > deploy.env

settings=(
  "image.repository=$IMAGE_REPOSITORY"
  "appName=$APP_NAME"
  "ingress.host=$INGRESS_HOST"
)
if [[ $VALUES == canary ]]; then settings+=("canary.weight=$CANARY_WEIGHT" "canary.host=$CANARY_HOST"); fi

helm upgrade --install "$RELEASE" helm/app \
  --namespace "$NAMESPACE" --create-namespace \
  --values "helm/values/$VALUES.yaml" \
  --set "$(IFS=,; echo "${settings[*]}")" \
  --set-string "image.tag=$IMAGE_TAG" \
  --description "$CI_PROJECT_PATH pipeline $CI_PIPELINE_ID by ${CHATOPS_USER:-$GITLAB_USER_LOGIN}" \
  --atomic --wait --timeout 10m
kubectl rollout status "deployment/$RELEASE" -n "$NAMESPACE" --timeout=5m
