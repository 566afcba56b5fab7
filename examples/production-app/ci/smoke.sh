#!/usr/bin/env bash
# Asks TARGET_URL for its health and status, and whether the version there is APP_VERSION. The version is asked again
# for a while: just after a rollout, an old pod may answer once more.
set -euo pipefail

ask() {
  curl -fsS --max-time 10 --retry "$SMOKE_ATTEMPTS" --retry-delay "$SMOKE_DELAY" --retry-all-errors "$TARGET_URL$1"
}

ask /health
ask /api/status
for ((attempt = 1; ; attempt += 1)); do
  live="$(ask /api/version | jq -r .version)"
  if [[ $live == "$APP_VERSION" ]]; then break; fi
  if ((attempt >= SMOKE_ATTEMPTS)); then
    echo "Version mismatch: expected $APP_VERSION, got $live"
    exit 1
  fi
  sleep "$SMOKE_DELAY"
done
echo "$TARGET_URL runs $APP_VERSION"
