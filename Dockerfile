# One file, every image: `docker build --build-arg SERVICE=tasks -t sixclear/tasks .`
# SERVICE names one service (tasks, feedback, data-catalog, monitoring, portal) or `all`.
# The dependency layers are the same in every image, so a node pulls them once.
ARG PYTHON_VERSION=3.11
ARG SERVICE=all

# What each image carries besides the common ground. An unknown SERVICE has no stage, so the build stops.
FROM scratch AS services-tasks
COPY services/tasks /services/tasks
FROM scratch AS services-feedback
COPY services/feedback /services/feedback
FROM scratch AS services-data-catalog
COPY services/data-catalog /services/data-catalog
FROM scratch AS services-monitoring
COPY services/monitoring /services/monitoring
FROM scratch AS services-portal
COPY services/portal /services/portal
FROM scratch AS services-all
COPY services /services

# A stage of this file, so there is no tag to pin.
# hadolint ignore=DL3006
FROM services-${SERVICE} AS services

FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/sixclear
COPY requirements.lock /src/requirements.lock
# Every file is checked against the lock, the build back end included; nothing is compiled.
RUN /opt/sixclear/bin/pip install --require-hashes --only-binary :all: -r /src/requirements.lock
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY libs/common libs/common
COPY launcher launcher
COPY --from=services /services services
RUN /opt/sixclear/bin/pip install --no-deps --no-build-isolation .

FROM python:${PYTHON_VERSION}-slim-bookworm
ARG SERVICE
LABEL org.opencontainers.image.title="sixclear-${SERVICE}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 sixclear \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin sixclear \
 && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=build /opt/sixclear /opt/sixclear
# The root file system may be read-only; only /data (the embedded issuer's keys) and /tmp are written.
ENV PATH=/opt/sixclear/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SIXCLEAR_HOME=/data \
    SIXCLEAR_HOST=0.0.0.0 \
    PORT=8000 \
    SERVICE=${SERVICE}
USER 10001:10001
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/livez', timeout=3)"]
# The shell only fills in the name and is replaced, so that signals reach the process.
CMD ["/bin/sh", "-c", "exec sixclear run --target \"$SERVICE\""]
