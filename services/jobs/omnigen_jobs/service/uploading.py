"""What users do with their own pictures."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from omnigen_jobs.domain import uploads as rules
from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.uploads import AWAITED_FOR, FORM_LASTS, Picture, Pictures, Purpose, Upload, UploadId, Uploads
from omnigen_jobs.ports.assets import StillStudio, UploadBox, UploadForm, UploadStore
from omnigen_jobs.service.writing import rewrite
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.stills import LARGEST_BYTES, StillType

NO_PICTURES: Final = Pictures()


@dataclass(frozen=True, slots=True)
class Uploading:
    """NotFoundError for somebody else's upload."""

    store: UploadStore
    box: UploadBox
    studio: StillStudio
    clock: Clock

    async def order(self, user_id: UserId, purpose: Purpose, media_type: StillType) -> tuple[Upload, UploadForm]:
        """A place for one file, and what lets its owner fill it. TooManyUploadsError."""
        now = self.clock.now()
        upload = Upload(
            upload_id=UploadId(f"upl_{secrets.token_hex(16)}"),
            purpose=purpose,
            media_type=media_type,
            created_at=now,
            raw_until=now + AWAITED_FOR,
        )
        key = rules.raw_key(user_id, upload.upload_id)
        form = await self.box.open_form(key, media_type, LARGEST_BYTES, FORM_LASTS)
        await self._write(user_id, lambda uploads: rules.add(uploads, upload))
        return upload, form

    async def list_all(self, user_id: UserId) -> Sequence[Upload]:
        """In the order in which they were asked for."""
        return (await self.store.get_uploads(user_id)).shown

    async def get(self, user_id: UserId, upload_id: UploadId) -> Upload:
        return (await self.store.get_uploads(user_id)).get(upload_id)

    async def complete(self, user_id: UserId, upload_id: UploadId) -> Upload | Pending:
        """The upload with its picture, or how far that is. UploadMissingError, UploadInvalidError.

        The composer decides by the content, and makes the picture anew. The file goes before the picture is told of:
        cut off in between, the next call is answered with the same picture.
        """
        upload = await self.get(user_id, upload_id)
        if upload.picture is not None:
            return upload
        made = await self.studio.order(user_id, rules.still_request(user_id, upload))
        if isinstance(made, Pending):
            return made
        await self.box.remove_all([rules.raw_key(user_id, upload_id)])
        picture = Picture(**dict(made))
        return (await self._write(user_id, lambda uploads: rules.complete(uploads, upload_id, picture))).get(upload_id)

    async def delete(self, user_id: UserId, upload_id: UploadId) -> None:
        """No order can name it any more."""
        await self.get(user_id, upload_id)
        await self.box.remove_all([rules.raw_key(user_id, upload_id)])
        await self._write(user_id, lambda uploads: rules.remove(uploads, upload_id))

    async def dress(self, user_id: UserId, wish: Wish, pictures: Pictures) -> Wish:
        """The wish with its pictures. InvalidRequestError for an id that is not one of the user's that are ready."""
        if pictures == NO_PICTURES:
            return wish
        return rules.dress(wish, pictures, await self.store.get_uploads(user_id))

    async def tidy(self, user_id: UserId) -> None:
        """Files that are not needed any more go, then what is known of them. WriteConflictError."""
        uploads, now = await self.store.get_uploads(user_id), self.clock.now()
        over = rules.list_raw(uploads, now)
        if over:
            await self.box.remove_all([rules.raw_key(user_id, upload.upload_id) for upload in over])
            await self.store.put_uploads(rules.tidy(uploads, now))

    async def _write(self, user_id: UserId, decide: Callable[[Uploads], Uploads]) -> Uploads:
        return await rewrite(lambda: self.store.get_uploads(user_id), decide, self.store.put_uploads)
