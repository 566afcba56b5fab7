#!/usr/bin/env bash
# Tells Slack without the bot: `notify.sh deployment` or `notify.sh failure`. Says nothing where no webhook is set,
# since the bot tells the same from GitLab's webhooks.
set -euo pipefail

if [[ -z ${SLACK_WEBHOOK_URL:-} ]]; then
  echo "SLACK_WEBHOOK_URL is not set: the ChatOps bot reports this pipeline"
  exit 0
fi

# $CI_JOB_NAME would be the name of this very job, so GitLab is asked.
failed_jobs() {
  if [[ -z ${GITLAB_API_TOKEN:-} ]]; then
    echo "(unknown: GITLAB_API_TOKEN is not set)"
    return
  fi
  curl -fsSG --max-time 20 -H "PRIVATE-TOKEN: $GITLAB_API_TOKEN" --data-urlencode 'scope[]=failed' --data 'per_page=100' \
    "$CI_API_V4_URL/projects/$CI_PROJECT_ID/pipelines/$CI_PIPELINE_ID/jobs" \
    | jq -r 'map(select(.allow_failure | not) | "\(.stage) / \(.name)") | join(", ")'
}

case "$1" in
  deployment)
    headline="✅ Production deployment successful!"
    facts=("Version:$APP_VERSION" "Environment:Production" "URL:$PROD_URL"
      "Deployed by:${CHATOPS_USER:-$GITLAB_USER_NAME}" "Pipeline:$CI_PIPELINE_URL")
    ;;
  failure)
    headline="❌ Pipeline failed!"
    facts=("Ref:$CI_COMMIT_REF_NAME" "Failed jobs:$(failed_jobs)" "Pipeline:$CI_PIPELINE_URL")
    ;;
  *)
    echo "usage: notify.sh deployment|failure" >&2
    exit 2
    ;;
esac

# Names may hold quotes, and what Slack reads as markup: jq writes the JSON, and &, < and > are escaped as Slack asks.
printf '%s\n' "${facts[@]}" \
  | jq -Rn --arg headline "$headline" '
      [inputs | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;") | capture("^(?<name>[^:]+):(?<value>.*)$")]
      | map("*\(.name):* \(.value)") | join("\n")
      | { text: $headline, blocks: [{ type: "section", text: { type: "mrkdwn", text: "*\($headline)*\n\(.)" } }] }' \
  | curl -fsS --max-time 20 -H 'Content-Type: application/json' --data-binary @- "$SLACK_WEBHOOK_URL"
