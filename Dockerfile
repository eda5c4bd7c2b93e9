# One image for web, worker, beat and commands; compose.yaml says which is which.
FROM debian:bookworm-slim AS built
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/tallybook
COPY requirements/run.txt requirements/run.txt
# Every package is a wheel of the locked list, checked by its hash.
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
        --require-hashes --no-deps -r requirements/run.txt

FROM debian:bookworm-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        python3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/tallybook tallybook
WORKDIR /srv/tallybook
COPY --from=built /srv/tallybook/.venv .venv
COPY manage.py ./
COPY apps apps
COPY billing_site billing_site
COPY templates templates
ENV PATH=/srv/tallybook/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=billing_site.settings \
    STATIC_ROOT=/srv/tallybook/static \
    STATIC_COLLECTED=true \
    BIND=0.0.0.0
# No server is asked: the address only keeps the embedded one from starting.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused@127.0.0.1/unused \
    python manage.py collectstatic --no-input --verbosity 0 \
    && install -d -o tallybook -g tallybook var var/mail var/broker
USER tallybook
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "gunicorn", "--config", "python:billing_site.gunicorn_settings", "billing_site.wsgi:application"]
