#!/usr/bin/env bash
# The hardening guide's test 3, webhook signature. Needs BASE_URL and WEBHOOK_SECRET. The guide's own payload names no
# number id; NUMBER_ID (a shop's WhatsApp number id), if set, is put where Meta puts it.
set -euo pipefail

fail() { echo "FAILED: $*" >&2; exit 1; }

PAYLOAD=$(jq -nc '{entry: [{changes: [{value: ({messages: [{from: "1234567890", id: "wamid.123", text: {body: "Hello"}}]}
  + (if env.NUMBER_ID then {metadata: {phone_number_id: env.NUMBER_ID}} else {} end))}]}]}')

# Create a valid signature. The last field: older openssl prints "(stdin)= ..." and newer "SHA2-256(stdin)= ...".
SIGNATURE="sha256=$(printf '%s' "$PAYLOAD" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -hex | sed 's/^.*= *//')"

post() { # the signature's header, the body
  curl -s -w '\n%{http_code}' -X POST "$BASE_URL/api/v1/webhook/whatsapp" \
    -H "Content-Type: application/json" ${1:+-H "X-Hub-Signature-256: $1"} -d "$2"
}

# Send with the valid signature
RESPONSE=$(post "$SIGNATURE" "$PAYLOAD")
[ "${RESPONSE##*$'\n'}" = 200 ] || fail "signed: $RESPONSE"
[ "$(jq -r .status <<<"${RESPONSE%$'\n'*}")" = ok ] || fail "signed: $RESPONSE"

# Send with an invalid signature, with none, and with the right one for other bytes
for refused in "sha256=invalid|$PAYLOAD" "|$PAYLOAD" "$SIGNATURE|$PAYLOAD "; do
  RESPONSE=$(post "${refused%%|*}" "${refused#*|}")
  [ "${RESPONSE##*$'\n'}" = 403 ] || fail "signed by '${refused%%|*}': $RESPONSE"
  [ "$(jq -r .error <<<"${RESPONSE%$'\n'*}")" = Forbidden ] || fail "signed by '${refused%%|*}': $RESPONSE"
done
echo "Webhook signatures working"
