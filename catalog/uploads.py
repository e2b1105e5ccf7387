"""Direct uploads: a program sends a feed, a photo or a clip straight to storage, then says that it is there.

With S3 the answer of `order` is a presigned POST whose policy holds size and type; with files on disk it is our own
door (`receive`) under a ticket that says the same. What was sent lies under ``incoming/``, which nobody can read, until
`complete` takes it; what is never completed is for the bucket's lifecycle rule to forget.
"""

import mimetypes
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import Merchant
from catalog import clips, limits, pictures, services
from catalog.ingest.images import ImageError
from catalog.ingest.records import ListedImage
from catalog.models import Import, Product

KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "feed": (limits.LARGEST_FEED, limits.FEEDS),
    "image": (limits.LARGEST_PHOTO, limits.PHOTOS),
    "clip": (limits.LARGEST_CLIP, limits.CLIPS),
}
"""Kind -> most bytes, and the endings of its names."""
VALID = timedelta(minutes=30)
"""From the order to its completion."""
SALT = "catalog.uploads"


class UploadError(ValueError):
    """An upload that is not ordered, not there or not usable; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What was ordered; travels signed, so that nothing needs to be kept until the file is there."""

    merchant: int
    kind: str
    name: str
    size: int
    key: str
    product: str = ""

    @property
    def content_type(self) -> str:
        """What the file must be sent as."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Order:
    """Where to send a file: POST as multipart form data, `fields` first, the file last under the name `file`."""

    ticket: str
    url: str
    fields: Mapping[str, str]


def order(*, merchant: Merchant, kind: str, name: str, size: int, product: Product | None, door: str) -> Order:
    """Say where a file of exactly `size` bytes may be sent; `door` is our own address. Raises UploadError."""
    most, endings = KINDS[kind]
    if not name.lower().endswith(endings):
        raise UploadError(f"{name} is no {kind} that we read. Use {', '.join(endings)}.")
    if not 0 < size <= most:
        raise UploadError(f"{name} has {size:,} bytes; a {kind} may have 1 to {most:,}.")
    if kind != "feed" and product is None:
        raise UploadError(f"Say which product the {kind} shows.")
    ticket = Ticket(
        merchant=merchant.pk, kind=kind, name=Path(name).name[-200:], size=size,
        key=f"{clips.INCOMING}{uuid.uuid4().hex}{Path(name).suffix.lower()[:8]}",
        product=str(product.public_id) if product and kind != "feed" else "",
    )  # fmt: skip
    token = signing.dumps(asdict(ticket), salt=SALT, compress=True)
    bucket = getattr(default_storage, "bucket", None)
    if bucket is None:
        return Order(ticket=token, url=f"{door}?ticket={token}", fields={})
    presigned = _presigned(bucket, ticket)
    return Order(ticket=token, url=presigned["url"], fields=presigned["fields"])


def opened(token: str) -> Ticket:
    """What a ticket says. Raises UploadError."""
    try:
        return Ticket(**signing.loads(token, salt=SALT, max_age=VALID))
    except signing.SignatureExpired as error:
        raise UploadError("This upload is older than 30 minutes: order it again.") from error
    except signing.BadSignature as error:
        raise UploadError("This upload was not ordered here: order it again.") from error


def receive(*, ticket: Ticket, file: Any) -> None:
    """Our own door, where storage has none: keep a file once, if it is what was ordered. Raises UploadError."""
    if file.size != ticket.size:
        raise UploadError(f"{ticket.name} has {file.size:,} bytes, but {ticket.size:,} were ordered.")
    if default_storage.exists(ticket.key):
        raise UploadError(f"{ticket.name} is here already: complete the upload.")
    default_storage.save(ticket.key, file)


@transaction.atomic
def complete(*, merchant: Merchant, token: str, by: str) -> tuple[str, uuid.UUID]:
    """Take what was sent; its kind and the id of the import, image or clip. Twice gives the same import, photo or
    clip while its file is there. Raises UploadError."""
    ticket = opened(token)
    if ticket.merchant != merchant.pk:
        raise UploadError("This upload was not ordered here: order it again.")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [ticket.key])
    known = Import.objects.filter(file=ticket.key).first()
    if known is not None:
        return ticket.kind, known.public_id
    if not default_storage.exists(ticket.key):
        raise UploadError(f"{ticket.name} has not arrived: send it first, then complete.")
    if default_storage.size(ticket.key) != ticket.size:
        raise UploadError(f"{ticket.name} did not arrive whole: order it again.")
    return ticket.kind, _import(merchant, ticket) if ticket.kind == "feed" else _attach(ticket, by)


def _import(merchant: Merchant, ticket: Ticket) -> uuid.UUID:
    """The same flow as on the page, from the check on."""
    batch = Import.objects.create(merchant=merchant, name=ticket.name, file=ticket.key)
    services.check_later(batch)
    return batch.public_id


def _attach(ticket: Ticket, by: str) -> uuid.UUID:
    product = Product.objects.filter(public_id=ticket.product).first()
    if product is None:
        raise UploadError("The product of this upload is gone.")
    with tempfile.NamedTemporaryFile(suffix=Path(ticket.name).suffix) as file:
        with default_storage.open(ticket.key) as stored:
            file.writelines(stored.chunks())
        file.flush()
        try:
            if ticket.kind == "clip":
                made = clips.attach(product=product, path=Path(file.name), name=ticket.name, by=by).public_id
            else:
                listed = ListedImage(name=ticket.name)
                position = product.images.count()
                made = pictures.attach(product, Path(file.name), listed=listed, position=position).image.public_id
        except (clips.ClipError, ImageError) as error:
            raise UploadError(str(error)) from error
    transaction.on_commit(lambda: default_storage.delete(ticket.key))
    return made


def _presigned(bucket: Any, ticket: Ticket) -> dict[str, Any]:
    """A POST that S3 itself holds to the key, the size and the type."""
    fields = {"Content-Type": ticket.content_type}
    name = default_storage._normalize_name(ticket.key)  # type: ignore[attr-defined]  # the key below its `location`
    presigned: dict[str, Any] = bucket.meta.client.generate_presigned_post(
        bucket.name, name, Fields=fields, ExpiresIn=int(VALID.total_seconds()),
        Conditions=[fields, ["content-length-range", ticket.size, ticket.size]],
    )  # fmt: skip
    return presigned
