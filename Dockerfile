# The bot. PyPI's torch contains CUDA's libraries: `--gpus all` gives the container a GPU; without it, the CPU is used.
#   docker build -t imagine .
#   docker run -d --gpus all -e DISCORD_TOKEN -v imagine:/data -v ./config.toml:/etc/imagine/config.toml:ro imagine
# In config.toml set storage.data_dir = "/data".

FROM python:3.11-slim-bookworm AS builder
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --uid 10001 imagine \
    && install -d -o imagine -g imagine /data
COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE NOTICE ./
COPY guidance guidance
COPY bot bot
# HF_HOME: models other than `pocket` are downloaded into the volume and kept there.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/data/models \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001
VOLUME /data
# The bot touches this file while it is connected to Discord.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m \
    CMD ["sh", "-c", "find /data/healthy -mmin -1 | grep -q ."]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--config", "/etc/imagine/config.toml"]
