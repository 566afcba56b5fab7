#!/usr/bin/env bash
# Functions that read what Helm remembers of a release; sourced, not run. They need RELEASE and NAMESPACE.

# Revisions, oldest first, as JSON; an empty list before the first deployment, where `helm history` ends in error.
release_history() {
  local answer
  if answer="$(helm history "$RELEASE" -n "$NAMESPACE" -o json 2>&1)"; then
    echo "$answer"
  elif [[ $answer == *"release: not found"* ]]; then
    echo '[]'
  else
    echo "$answer" >&2
    return 1
  fi
}

# The status of the newest revision; empty where there is none.
newest_status() {
  jq -r 'last | .status // empty'
}

# The revision that serves now; empty where none does. A release that is under way or failed does not count.
serving_revision() {
  jq -r 'map(select(.status == "deployed")) | last | .revision // empty'
}

# The revision to go back to. After a good deployment: the newest one that it replaced. After a failed or cancelled one,
# which replaced nothing: the one that still counts as deployed.
previous_revision() {
  jq -r 'if (last | .status) == "deployed" then map(select(.status == "superseded")) else map(select(.status == "deployed" or .status == "superseded")) end | last | .revision // empty'
}
