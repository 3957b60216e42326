#!/usr/bin/env bash
# The hardening guide's test 2, rate limiting: a user's request 1001 within an hour is the first that answers 429.
# Needs BASE_URL and TOKEN, of a user who has made no request yet; LIMIT is 1000 unless set. The server must run with a
# burst ceiling (LIMIT_BURST) above what one curl after the other reaches, or that answers 429 first.
set -euo pipefail

LIMIT="${LIMIT:-1000}"
fail() { echo "FAILED: $*" >&2; exit 1; }

limited_at=""
for ((i = 1; i <= LIMIT + 10; i++)); do
  RESPONSE=$(curl -s -w "%{http_code}" -X GET "$BASE_URL/api/v1/invoices" -H "Authorization: Bearer $TOKEN")
  STATUS_CODE="${RESPONSE: -3}"
  if [ "$STATUS_CODE" = "429" ]; then
    limited_at=$i
    break
  fi
  [ "$STATUS_CODE" = 200 ] || fail "request $i answered $RESPONSE"
done
[ -n "$limited_at" ] || fail "$((LIMIT + 10)) requests and no 429"
[ "$limited_at" = "$((LIMIT + 1))" ] || fail "rate limited at request $limited_at, not $((LIMIT + 1))"
BODY="${RESPONSE%429}"
[ "$(jq -r .statusCode <<<"$BODY")" = 429 ] || fail "not the guide's body: $BODY"
[ "$(jq -r .error <<<"$BODY")" = "Too Many Requests" ] || fail "not the guide's body: $BODY"
[ -n "$(jq -r '.message // empty' <<<"$BODY")" ] || fail "not the guide's body: $BODY"
HEADERS=$(curl -s -o /dev/null -D - "$BASE_URL/api/v1/invoices" -H "Authorization: Bearer $TOKEN")
grep -qi '^retry-after: [1-9]' <<<"$HEADERS" || fail "no Retry-After: $HEADERS"
echo "Rate limited at request $limited_at"
