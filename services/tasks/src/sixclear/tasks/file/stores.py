"""Where the files of this service are: a folder, or a bucket of S3."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from sixclear.common.blobs.store import BlobStore, in_bucket, in_folder
from sixclear.tasks.file.errors import FilesNotSetUp
from sixclear.tasks.settings import Settings


def store_of(settings: Settings) -> BlobStore:
    """The store that the settings name: one for the life of the process. Raises FilesNotSetUp where they name none."""
    if not settings.files:
        raise FilesNotSetUp
    secret = settings.files_secret_access_key
    return _store(
        settings.files,
        settings.files_endpoint,
        settings.files_region,
        settings.files_access_key_id,
        None if secret is None else secret.get_secret_value(),
    )


@cache
def _store(files: str, endpoint: str | None, region: str, key_id: str | None, secret: str | None) -> BlobStore:
    place = urlsplit(files)
    if place.scheme != "s3":
        return in_folder(Path(files))
    return in_bucket(
        place.netloc, place.path.strip("/"), endpoint=endpoint, region=region, key_id=key_id, secret=secret
    )
