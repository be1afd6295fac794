#!/bin/sh
# Sends reports, one JSON object a line: ./report.sh FILE. The same file sent again on the same day changes nothing.
# ISSUER and PLATFORM are addresses, CLIENT_ID is a name, SECRET_FILE a file with the secret and nothing else.
# Prints the answer. Ends with a failure also when a line was refused; mend it, and send the file again.
set -eu
endpoint=$(curl -fsS "$ISSUER/.well-known/openid-configuration" | sed 's/.*"token_endpoint" *: *"\([^"]*\)".*/\1/')
token=$(curl -fsS --retry 3 -d grant_type=client_credentials --data-urlencode "client_id=$CLIENT_ID" \
  --data-urlencode "client_secret@$SECRET_FILE" "$endpoint" | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
[ -n "$token" ] || { echo "no token: check CLIENT_ID and SECRET_FILE" >&2; exit 1; }
# One key for all repetitions of this run. The next run takes another one: with the same key it would hear the first answer.
key=$(cat /proc/sys/kernel/random/uuid)
answer=$(printf 'Authorization: Bearer %s\n' "$token" | curl -sS --fail-with-body --retry 3 -H @- -H "Idempotency-Key: $key" \
  -H 'Content-Type: application/x-ndjson' --data-binary "@$1" "$PLATFORM/api/tasks/v1/progress/bulk") || { printf '%s\n' "$answer"; exit 1; }
printf '%s\n' "$answer"
printf '%s' "$answer" | grep -q '"rejected": *0[^0-9]'
