#!/bin/sh
# The image's entry point: runs the command it is given, with the secrets of SECRETS_NAME in its environment when that is set.
set -eu
if [ -z "${SECRETS_NAME:-}" ]; then
    exec "$@"
fi
case " $* " in
*" migrate "*) exec python manage.py pull_secrets --name "$SECRETS_NAME" -- "$@" ;;
# What serves people never knows the role that owns the tables.
*) exec python manage.py pull_secrets --name "$SECRETS_NAME" --without MIGRATE_DATABASE_URL -- "$@" ;;
esac
