# Lanterne as a container; docs/docker.md says how to run it.
#
#   docker build -t lanterne .                            the ffmpeg that comes as a Python package
#   docker build -t lanterne --build-arg FFMPEG=debian .   Debian's, for hardware encoders
#   docker build -t lanterne --build-arg FONTS=fonts-noto-cjk .   Debian's packages of further fonts

ARG PYTHON=3.12
# wheel: a static ffmpeg without drivers, far smaller than Debian's package with its tail of libraries, and the
# same version on every machine. debian: the one that can speak VAAPI; the program prefers it where it is there.
ARG FFMPEG=wheel

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

RUN python -m venv --without-pip /opt/lanterne

# The dependencies first: they change less often than the code. Hashes for all, nothing compiled here.
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/lanterne install --require-hashes --only-binary :all: -r requirements.txt

# With Debian's ffmpeg the other one (165 MB) need not come along.
ARG FFMPEG
RUN if [ "$FFMPEG" = debian ]; then rm /opt/lanterne/lib/python*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*; fi

# The wheel's own build hook brings a Node for the TV page; the image that runs has none.
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=cache,target=/root/.npm \
    pip wheel --no-deps --wheel-dir /wheels . \
    && pip --python /opt/lanterne install --no-deps --no-index /wheels/lanterne-*.whl

FROM python:${PYTHON}-slim-bookworm AS ffmpeg-wheel
# For subtitles that are drawn into the picture; Debian's ffmpeg brings the same.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fontconfig-config fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

FROM python:${PYTHON}-slim-bookworm AS ffmpeg-debian
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg mesa-va-drivers \
    && rm -rf /var/lib/apt/lists/*

FROM ffmpeg-${FFMPEG} AS runtime
LABEL org.opencontainers.image.title="Lanterne" \
      org.opencontainers.image.description="A household's films and photos: encrypted on disk, bright on the TV." \
      org.opencontainers.image.licenses="Apache-2.0"

# DejaVu has Latin, Greek, Cyrillic, Hebrew and Arabic letters; all others together are larger than the rest of the image.
ARG FONTS=
RUN if [ -n "$FONTS" ]; then \
        apt-get update && apt-get install --yes --no-install-recommends $FONTS && rm -rf /var/lib/apt/lists/*; fi

# A number that stays, so that the owner of the volumes does.
RUN groupadd --gid 10001 lanterne \
    && useradd --uid 10001 --gid 10001 --home-dir /state --no-create-home --shell /usr/sbin/nologin lanterne \
    && install -d -o 10001 -g 10001 -m 0700 /vault /state
COPY --from=build /opt/lanterne /opt/lanterne

ENV PATH=/opt/lanterne/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/state \
    LANTERNE_VAULT=/vault \
    LANTERNE_STATE=/state
USER 10001:10001
WORKDIR /state
VOLUME ["/vault", "/state"]
EXPOSE 8080
STOPSIGNAL SIGTERM

# On Linux a connection to 0.0.0.0 or :: reaches this machine, so the address listened on always does. urllib's
# own opener would ask a proxy if the environment names one. A locked vault is healthy: it waits for its people.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-c", "import os, urllib.request as u; h = os.environ.get('LANTERNE_HOST', '0.0.0.0'); h = f'[{h}]' if ':' in h else h; u.build_opener(u.ProxyHandler({})).open(u.Request(f'http://{h}:{os.environ.get(\"LANTERNE_PORT\", \"8080\")}/healthz', headers={'Host': '127.0.0.1'}), timeout=4)"]

# The launcher starts, watches and reaps its own processes. What a killed one of them leaves behind falls to
# process 1, which should be an init: `docker run --init`, and `init: true` in compose.yaml.
ENTRYPOINT ["lanterne"]
CMD ["serve"]
