#!/bin/sh
# The image's entry point: runs the command it is given, with the secrets of SECRETS_NAME in its environment when that is set.
set -eu
if [ -z "${SECRETS_NAME:-}" ]; then
    exec "$@"
fi
# What serves people never knows the roles that own the tables or make roles.
case " $* " in
*" create_roles "*) without= ;;
*" migrate "*) without="--without SUPERUSER_DATABASE_URL" ;;
*) without="--without SUPERUSER_DATABASE_URL --without MIGRATE_DATABASE_URL" ;;
esac
# shellcheck disable=SC2086
exec python manage.py pull_secrets --name "$SECRETS_NAME" $without -- "$@"
