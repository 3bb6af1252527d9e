# The emulator and the harness in an image: docker build -t lambda-parity . (docs/docker.md)
#
# BASE is any image with Python 3.11 or later, its venv, and /bin/sh. Where no package index can be reached, put wheels
# into the folder `wheels` and say --build-arg PIP_NO_INDEX=1 --build-arg PIP_FIND_LINKS=/source/wheels.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ARG PIP_NO_INDEX
ARG PIP_FIND_LINKS
ARG EXTRAS
COPY . /source
RUN python3 -m venv /opt/parity \
 && /opt/parity/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check "/source${EXTRAS:+[$EXTRAS]}" \
 && mkdir --mode=1777 /state /files

FROM ${BASE}
COPY --from=build /opt/parity /opt/parity
# What is written: resources, if --state says so, and what functions run from. Everyone may, whoever the user is.
COPY --from=build --chown=1000:1000 /state /state
COPY --from=build --chown=1000:1000 /files /files
ENV PATH=/opt/parity/bin:$PATH TMPDIR=/files PYTHONUNBUFFERED=1
USER 1000:1000
WORKDIR /state
EXPOSE 4566
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["python", "-c", \
  "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('PARITY_PORT', 4566)}/_parity/health\", timeout=4)"]
ENTRYPOINT ["parity"]
CMD ["serve", "--host", "0.0.0.0"]
