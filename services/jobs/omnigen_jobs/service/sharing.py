"""Links to a finished video, for whoever has them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from omnigen_jobs.domain import shares as rules
from omnigen_jobs.domain.problems import nothing_there
from omnigen_jobs.domain.records import Job
from omnigen_jobs.domain.shares import TOKEN_BYTES, Share, ShareId, digest_of
from omnigen_jobs.ports import MediaLinks
from omnigen_jobs.ports.assets import ShareStore
from omnigen_jobs.service.reading import Reading, file_name, get_output
from omnigen_jobs.service.writing import rewrite
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobOutput


@dataclass(frozen=True, slots=True)
class Shown:
    """What a guest sees: the video, where its files are for a while, and until when the link holds."""

    job: Job
    output: JobOutput
    links: Mapping[str, str]
    share: Share


@dataclass(frozen=True, slots=True)
class Sharing:
    """NotFoundError for somebody else's job and for its links."""

    store: ShareStore
    reading: Reading
    media: MediaLinks
    clock: Clock

    async def create(self, user_id: UserId, job_id: JobId, lasts: timedelta) -> tuple[Share, str]:
        """The link and its token, which is told this once. TooManySharesError, and what get_output raises."""
        record = await self.reading.get(user_id, job_id)
        get_output(record.job)
        now, token = self.clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
        share = Share(
            share_id=ShareId(f"shr_{secrets.token_hex(16)}"),
            digest=digest_of(token),
            job_id=job_id,
            user_id=user_id,
            created_at=now,
            expires_at=now + lasts,
        )
        await rewrite(
            lambda: self.store.get_shares(job_id),
            lambda shares: rules.add(shares, share),
            lambda after: self.store.put_shares(after, added=share),
        )
        return share, token

    async def list_all(self, user_id: UserId, job_id: JobId) -> Sequence[Share]:
        """Those that hold, in the order in which they were made."""
        await self.reading.get(user_id, job_id)
        return (await self.store.get_shares(job_id)).living(self.clock.now())

    async def revoke(self, user_id: UserId, job_id: JobId, share_id: ShareId) -> None:
        """Nobody is shown anything by it any more, from the next request on."""
        await self.reading.get(user_id, job_id)
        share = (await self.store.get_shares(job_id)).get(share_id, self.clock.now())
        await rewrite(
            lambda: self.store.get_shares(job_id),
            lambda shares: rules.revoke(shares, share),
            lambda after: self.store.put_shares(after, removed=share),
        )

    async def show(self, token: str) -> Shown:
        """NotFoundError for a link that was revoked, has ended, or never was; and when its video is gone."""
        share = await self.store.find_share(digest_of(token))
        if share is None or share.expires_at <= self.clock.now():
            raise nothing_there()
        job = (await self.reading.get(share.user_id, share.job_id)).job
        if job.output is None or job.media_removed_at is not None:
            raise nothing_there()
        return Shown(job, job.output, await self._link(job, job.output), share)

    async def _link(self, job: Job, output: JobOutput) -> Mapping[str, str]:
        name = file_name(job)
        links = {
            "video": await self.media.link(output.video_key, f"{name}.mp4", "video/mp4"),
            "thumbnail": await self.media.link(output.poster_key, f"{name}.jpg", "image/jpeg"),
        }
        if output.captions_key is not None:
            links["captions"] = await self.media.link(output.captions_key, f"{name}.vtt", "text/vtt")
        return links
