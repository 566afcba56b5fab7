#!/usr/bin/env bash
# Watches the canary's share of failed requests for CANARY_WATCH_SECONDS. Ends in error as soon as it is above
# CANARY_MAX_ERROR_RATE, and also where there is nothing to judge by: no data is not good news. Writes canary.env.
set -euo pipefail

traffic="app=\"$APP_NAME\",track=\"canary\""
requests_query="sum(increase(http_requests_total{$traffic}[$CANARY_WINDOW]))"
errors_query="(sum(rate(http_requests_total{$traffic,status=~\"5..\"}[$CANARY_WINDOW])) or vector(0))
  / sum(rate(http_requests_total{$traffic}[$CANARY_WINDOW]))"

# A number; `none` where Prometheus has no such series, or no traffic; `unreachable` where it gives no proper answer.
ask() {
  local answer
  answer="$(curl -fsSG --max-time 10 "$PROMETHEUS_URL/api/v1/query" --data-urlencode "query=$1" \
    | jq -re 'if .status == "success" then (.data.result[0].value[1] // "none") else error(.error) end')" || answer=unreachable
  if [[ $answer == NaN ]]; then answer=none; fi
  echo "$answer"
}

is_number() { [[ $1 != none && $1 != unreachable ]]; }
is_above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 > b + 0) }'; }

gaps=0
end=$(($(date +%s) + CANARY_WATCH_SECONDS))
while :; do
  requests="$(ask "$requests_query")"
  rate="$(ask "$errors_query")"
  echo "requests/$CANARY_WINDOW=$requests error_rate=$rate"

  if [[ $requests == unreachable || $rate == unreachable ]]; then gaps=$((gaps + 1)); else gaps=0; fi
  if ((gaps >= 3)); then
    echo "Prometheus at $PROMETHEUS_URL gave no answer three times in a row"
    exit 1
  fi
  # One bad request among three says little, so the share counts from CANARY_MIN_REQUESTS on.
  is_enough=no
  if is_number "$requests" && is_number "$rate" && ! is_above "$CANARY_MIN_REQUESTS" "$requests"; then is_enough=yes; fi
  if [[ $is_enough == yes ]] && is_above "$rate" "$CANARY_MAX_ERROR_RATE"; then
    echo "Error rate $rate is above $CANARY_MAX_ERROR_RATE"
    exit 1
  fi
  if (($(date +%s) >= end)); then break; fi
  sleep "$CANARY_CHECK_INTERVAL"
done

if [[ $is_enough == no ]]; then
  echo "Only $requests requests reached the canary in $CANARY_WINDOW, less than $CANARY_MIN_REQUESTS: not enough to judge it"
  exit 1
fi
{
  echo "CANARY_ERROR_RATE=$rate"
  echo "CANARY_REQUESTS=$requests"
} > canary.env
