#!/bin/sh
# Writes deploy/env: what compose.yaml's services are told, each its own part, with fresh random secrets. Once, on the machine that runs them.
#   sh deploy/make-env.sh shop.example
set -eu
umask 077
cd "$(dirname "$0")"
host=${1:-}
case $host in
'' | *[!a-z0-9.-]* | .* | -*)
    echo "Name the host that people open, in small letters, such as: sh deploy/make-env.sh shop.example" >&2
    exit 2
    ;;
esac
if [ -e env ]; then
    echo "deploy/env is there already, and the database knows its passwords. Change a value in it, or move it away." >&2
    exit 1
fi

secret() { head -c 36 /dev/urandom | base64 | tr '+/' '-_'; }

superuser=$(secret)
owner=$(secret)
application=$(secret)
store_id=$(secret | cut -c 1-20)
store_secret=$(secret)
bucket=execora-recordings

# Whole or not at all: a half would be taken for a whole the next time.
rm -rf env.making
mkdir env.making
cat >env.making/postgres.env <<END
POSTGRES_PASSWORD=$superuser
POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256
END
cat >env.making/roles.env <<END
SUPERUSER_DATABASE_URL=postgres://postgres:$superuser@postgres:5432/postgres
END
cat >env.making/migrate.env <<END
MIGRATE_DATABASE_URL=postgres://execora_owner:$owner@postgres:5432/execora
END
cat >env.making/app.env <<END
DATABASE_URL=postgres://execora_app:$application@postgres:5432/execora
REDIS_URL=redis://redis:6379/0
SECRET_KEY=$(secret)
JWT_SECRET=$(secret)
OTP_PEPPER=$(secret)
# The app secret is Meta's: put it here when the WhatsApp number is connected, and tell Meta the verify token.
WHATSAPP_APP_SECRET=$(secret)
WHATSAPP_VERIFY_TOKEN=$(secret)
ALLOWED_HOSTS=$host
ALLOWED_ORIGINS=https://$host
# nginx, and nobody else, tells who asks: its address in compose.yaml.
TRUSTED_PROXIES=172.30.77.2
S3_BUCKET=$bucket
S3_ENDPOINT_URL=http://store:8333
S3_PUBLIC_URL=https://$host
S3_REGION=us-east-1
S3_ACCESS_KEY_ID=$store_id
S3_SECRET_ACCESS_KEY=$store_secret
SECURITY_CONTACT=mailto:security@$host
END
cat >env.making/s3.json <<END
{"identities": [{"name": "execora", "credentials": [{"accessKey": "$store_id", "secretKey": "$store_secret"}],
 "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
END
cat >env.making/nginx.env <<END
EXECORA_HOST=$host
EXECORA_HTTP_PORT=8080
EXECORA_HTTPS_PORT=8443
EXECORA_UPSTREAM=app:3000
EXECORA_STORE=store:8333
EXECORA_BUCKET=$bucket
EXECORA_TLS=/etc/execora-tls
# Of one address: a shop's counter and its phones may share one.
EXECORA_RATE=50r/s
EXECORA_BURST=200
# Who may read /metrics from outside; inside, Prometheus asks the application itself.
EXECORA_METRICS_FROM=127.0.0.1
END
mv env.making env
echo "Written: deploy/env. Next: a certificate for $host as deploy/tls/fullchain.pem and deploy/tls/privkey.pem."
