"""Files in a running service: sent as a browser sends them, read as handlers do, looked for on the disk."""

from pathlib import Path
from typing import cast

import httpx2
from fastapi import FastAPI
from tests.integration.feedback.conftest import Service
from tests.unit.feedback.attachment import made_files as made

from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.dependencies import Parts

PHOTO = made.a_photo()


def settings_of(service: Service) -> Settings:
    """The settings of the running service, to be changed by a test."""
    parts = cast(FastAPI, service.app).state.service_state.own
    assert isinstance(parts, Parts)
    return parts.settings


def folder_of(service: Service) -> Path:
    """Where the files of the service are."""
    folder = settings_of(service).files_folder
    assert folder is not None
    return folder


async def send_file(
    service: Service, code: str, content: bytes = PHOTO, name: str = "hiện trường.jpg", **texts: str
) -> httpx2.Response:
    """Add a file, as a form of a browser does."""
    return await service.http.post(
        f"{service.prefix}/mailbox/files",
        data={"receipt_code": code} | texts,
        files={"file": (name, content, "application/octet-stream")},
    )


async def kept(service: Service) -> list[bytes]:
    """The content of every file on the disk."""
    return [path.read_bytes() for path in sorted(folder_of(service).rglob("*")) if path.is_file()]


async def download(service: Service, case: object, file: str, client: str = "feedback-hub") -> httpx2.Response:
    """Read a file as who handles the case."""
    path = f"{service.prefix}/submissions/{case}/files/{file}"
    return await service.http.get(path, headers=service.headers(client))
