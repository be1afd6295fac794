"""Files as the API answers them."""

from sixclear.tasks.file.models import File
from sixclear.tasks.file.schemas import FileView


def file_response(file: File) -> FileView:
    """A file as its sender sees it."""
    return FileView.model_validate({name: getattr(file, name) for name in FileView.model_fields})
