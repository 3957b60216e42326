"""What becomes of recordings when their time is over."""

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from execora.core.jobs import renew_connection
from execora.ops.correlation import bind_correlation_id
from voice.keeping import forget_recordings

log = structlog.get_logger(__name__)


@app.periodic(cron="17 * * * *")
@app.task(name="voice.forget_recordings")
def forget(timestamp: int) -> None:
    """Every hour: delete what is older than RECORDING_RETENTION_DAYS."""
    with bind_correlation_id(""):
        renew_connection()
        log.info("recordings_forgotten", count=forget_recordings(timezone.now()))
