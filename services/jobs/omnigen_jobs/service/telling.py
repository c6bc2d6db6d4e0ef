"""An event becomes a message for each webhook that listens to it: all of them and the notice's end are one write."""

from dataclasses import dataclass

from omnigen_jobs.domain.messages import NoticeMark, Posting, messages_of
from omnigen_jobs.ports import JobStore, PostStore


@dataclass(frozen=True, slots=True)
class Telling:
    """Any number may do it at once: one of them writes."""

    post: PostStore
    jobs: JobStore

    async def tell(self, mark: NoticeMark) -> None:
        """WriteConflictError when somebody else was faster."""
        notice = await self.post.find_notice(mark)
        if notice is None:
            return
        hooks = await self.post.get_hooks(notice.user_id)
        events = await self.jobs.list_events(mark.job_id, mark.seq - 1, 1)
        messages = [message for event in events for message in messages_of(notice, event, hooks)]
        await self.post.commit(Posting(told=notice, messages=tuple(messages)))
